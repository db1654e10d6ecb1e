import type { ConfigIssue } from "../gateway/failure";
import { useText } from "./context";
import { explained } from "./explained";
import { Icon } from "./Icon";
import { Prose } from "./Prose";
import type { SaveResult } from "./useConfig";

type Theirs = Extract<SaveResult, { kind: "conflict" }>["theirs"];

interface ConfigResultProps {
  result: SaveResult;
  lineOf: (issue: ConfigIssue) => number | undefined;
  onGoTo: (line: number) => void;
  onTakeTheirs: (theirs: Theirs) => void;
  onKeepMine: (theirs: Theirs) => void;
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
          {words.configSaved}
        </p>
      );
    case "refused":
      return (
        <div className="outcome bad" role="alert">
          <strong>{words.configRefused}</strong>
          <p>
            <Prose text={explained(result.reason, words)} />
          </p>
        </div>
      );
    case "conflict":
      return (
        <div className="outcome bad" role="alert">
          <strong>{words.configConflict}</strong>
          <div className="outcome-buttons">
            <button type="button" className="button" onClick={() => onTakeTheirs(result.theirs)}>
              {words.configTakeTheirs}
            </button>
            <button type="button" className="button" onClick={() => onKeepMine(result.theirs)}>
              {words.configKeepMine}
            </button>
          </div>
        </div>
      );
    case "invalid":
      return (
        <div className="outcome bad" role="alert">
          <strong>{words.configInvalid(result.issues.length)}</strong>
          <ul>
            {result.issues.map((issue, index) => (
              <Issue key={index} issue={issue} line={lineOf(issue)} onGoTo={onGoTo} />
            ))}
          </ul>
        </div>
      );
  }
}

function Issue({ issue, line, onGoTo }: { issue: ConfigIssue; line: number | undefined; onGoTo: (line: number) => void }) {
  const words = useText();
  return (
    <li>
      <code>{issue.path === "" ? words.configRoot : issue.path}</code>
      {line !== undefined && (
        <button type="button" className="link-button" onClick={() => onGoTo(line)}>
          {words.configLine(line)}
        </button>
      )}
      <span>
        <Prose text={issue.message} />
      </span>
    </li>
  );
}
