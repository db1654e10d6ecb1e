import { useGateway, useStore, useText } from "./context";
import { Mark } from "./Icon";
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
        <p className="refusal">
          <span>
            <Prose text={words.noModelYet} />
          </span>
        </p>
      )}
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
    </div>
  );
}
