import type { ReactNode } from "react";
import type { ConfigFile } from "../gateway/configFile";
import type { ConfigIssue } from "../gateway/failure";
import { useText } from "./context";
import { Icon } from "./Icon";
import { IssueList } from "./IssueList";

interface ConfigTroubleProps {
  file: ConfigFile;
  most?: number;
  /** Given where the text is shown below, on a page that names the file. */
  lineOf?: (issue: ConfigIssue) => number | undefined;
  onGoTo?: (line: number) => void;
  /** What can be done about it. */
  children?: ReactNode;
}

/** Why the gateway does not use the file as it is, or not all of it; nothing while it does. */
export function ConfigTrouble({ file, children, ...list }: ConfigTroubleProps) {
  const words = useText();
  const issues = file.isValid ? file.warnings : file.issues;
  if (file.isValid && issues.length === 0) return null;
  return (
    <div className={file.isValid ? "outcome warn" : "outcome bad"} role="status">
      <strong>
        <Icon name="warning" />
        {file.isValid ? words.configWarnings(issues.length) : words.configMistakes(issues.length)}
      </strong>
      {!list.lineOf && <code>{file.path}</code>}
      <IssueList issues={issues} {...list} />
      {!file.isValid && <p>{words.configLastGood}</p>}
      {children}
    </div>
  );
}
