import type { ConfigIssue } from "../gateway/failure";
import { useText } from "./context";
import { Prose } from "./Prose";

interface IssueListProps {
  issues: readonly ConfigIssue[];
  /** More are only counted. */
  most?: number;
  /** The line an issue is on, where its text is shown. */
  lineOf?: (issue: ConfigIssue) => number | undefined;
  onGoTo?: (line: number) => void;
}

/** What is wrong in a config, each with its place. */
export function IssueList({ issues, most = issues.length, lineOf, onGoTo }: IssueListProps) {
  const words = useText();
  return (
    <ul>
      {issues.slice(0, most).map((issue, index) => (
        <Issue key={index} issue={issue} line={lineOf?.(issue)} onGoTo={onGoTo} />
      ))}
      {issues.length > most && <li>{words.configMore(issues.length - most)}</li>}
    </ul>
  );
}

function Issue({ issue, line, onGoTo }: { issue: ConfigIssue; line: number | undefined; onGoTo?: (line: number) => void }) {
  const words = useText();
  return (
    <li>
      {issue.path !== "" && <code>{issue.path}</code>}
      {line !== undefined && (
        <button type="button" className="link-button" onClick={() => onGoTo?.(line)}>
          {words.configLine(line, issue.line === line ? issue.column : undefined)}
        </button>
      )}
      {line === undefined && issue.line !== undefined && <code>{[issue.file, issue.line, issue.column].filter((part) => part !== undefined).join(":")}</code>}
      <span>
        <Prose text={issue.message} />
      </span>
    </li>
  );
}
