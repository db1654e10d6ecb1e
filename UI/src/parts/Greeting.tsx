import { useGateway, useStore, useText } from "./context";
import { Icon, Mark } from "./Icon";
import { PageLink } from "./PageLink";
import { Prose } from "./Prose";

/** An empty conversation offers a beginning. */
export function Greeting({ onChoose }: { onChoose: (prompt: string) => void }) {
  const words = useText();
  const { lacksModel } = useStore(useGateway().sessions.list);
  return (
    <div className="greeting">
      <Mark size={44} />
      <h2>{words.greeting}</h2>
      <p>{words.greetingHint}</p>
      {lacksModel && (
        <div className="no-model">
          <Icon name="warning" />
          <p>
            <Prose text={words.noModelYet} />
          </p>
          <PageLink to={{ page: "config", session: "" }} className="button">
            {words.openConfig}
          </PageLink>
        </div>
      )}
      {!lacksModel && <Suggestions onChoose={onChoose} />}
    </div>
  );
}

function Suggestions({ onChoose }: { onChoose: (prompt: string) => void }) {
  const words = useText();
  return (
    <ul className="suggestions">
      {words.suggestions.map(({ title, prompt }) => (
        <li key={title}>
          <button type="button" onClick={() => onChoose(prompt)}>
            <strong>{title}</strong>
            <span>{prompt}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
