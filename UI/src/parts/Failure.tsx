import { useText } from "./context";
import { Icon } from "./Icon";
import { Prose } from "./Prose";

/** A turn that did not end in an answer, with the reason the gateway gave. */
export function Failure({ reason }: { reason: string }) {
  const words = useText();
  // The warning sign some reasons begin with is drawn already.
  const shown = reason.replace(/^⚠️?\s*/u, "");
  return (
    <div className="failure" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{words.failed}</strong>
        <p>
          <Prose text={shown === "" ? words.failedUnknown : shown} />
        </p>
      </div>
    </div>
  );
}
