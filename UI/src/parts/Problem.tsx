import { useText } from "./context";
import { Icon } from "./Icon";
import { Prose } from "./Prose";

/** Something is wrong, why, and the way to try again where that helps. */
export function Problem({ title, reason, onRetry }: { title: string; reason: string; onRetry?: () => void }) {
  const words = useText();
  return (
    <div className="problem" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{title}</strong>
        <p>
          <Prose text={reason} />
        </p>
      </div>
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          {words.retry}
        </button>
      )}
    </div>
  );
}
