import { useText } from "./context";
import { Icon } from "./Icon";
import { Prose } from "./Prose";

/** A turn that did not end in an answer: the page's own words for the code, where it has some, and the gateway's reason. */
export function Failure({ reason, code }: { reason: string; code: string | undefined }) {
  const words = useText();
  // The warning sign some reasons begin with is drawn already.
  const shown = reason.replace(/^⚠️?\s*/u, "");
  return (
    <div className="failure" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{(code !== undefined && words.failures[code]) || words.failed}</strong>
        <p>
          <Prose text={shown === "" ? words.failedUnknown : shown} />
        </p>
      </div>
    </div>
  );
}
