import type { SaveResult } from "../gateway/configEdit";
import type { ConfigIssue } from "../gateway/failure";
import { useText } from "./context";
import { Icon } from "./Icon";
import { IssueList } from "./IssueList";
import { Prose } from "./Prose";

interface ConfigResultProps {
  result: SaveResult;
  lineOf: (issue: ConfigIssue) => number | undefined;
  onGoTo: (line: number) => void;
  onTakeTheirs: () => void;
  onKeepMine: () => void;
}

/** What came of saving. */
export function ConfigResult({ result, lineOf, onGoTo, onTakeTheirs, onKeepMine }: ConfigResultProps) {
  const words = useText();
  switch (result.kind) {
    case "none":
    case "saving":
      return null;
    case "saved":
      return (
        <p className="outcome good" role="status">
          <Icon name="check" />
          {result.restarts ? words.configRestarts : words.configSaved}
        </p>
      );
    case "unknown":
      return (
        <p className="outcome warn" role="status">
          {words.configUnknown}
        </p>
      );
    case "lost":
      return (
        <p className="outcome bad" role="alert">
          {words.configLost}
        </p>
      );
    case "refused":
      return (
        <div className="outcome bad" role="alert">
          <strong>
            <Prose text={words.troubles[result.reason.code] ?? words.configRefused} />
          </strong>
          {result.reason.message !== "" && (
            <p>
              <Prose text={result.reason.message} />
            </p>
          )}
        </div>
      );
    case "conflict":
      return (
        <div className="outcome bad" role="alert">
          <strong>{words.configConflict}</strong>
          <div className="outcome-buttons">
            <button type="button" className="button" onClick={onTakeTheirs}>
              {words.configTakeTheirs}
            </button>
            <button type="button" className="button" onClick={onKeepMine}>
              {words.configKeepMine}
            </button>
          </div>
        </div>
      );
    case "invalid":
      return (
        <div className="outcome bad" role="alert">
          <strong>{words.configInvalid(result.issues.length)}</strong>
          <IssueList issues={result.issues} lineOf={lineOf} onGoTo={onGoTo} />
        </div>
      );
  }
}
