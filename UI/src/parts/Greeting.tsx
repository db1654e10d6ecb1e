import { useText } from "./context";
import { Mark } from "./Icon";

/** An empty conversation offers a beginning. */
export function Greeting({ onChoose }: { onChoose: (prompt: string) => void }) {
  const words = useText();
  return (
    <div className="greeting">
      <Mark size={44} />
      <h2>{words.greeting}</h2>
      <p>{words.greetingHint}</p>
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
