import { Component, type ReactNode } from "react";
import { Mark } from "./Icon";
import { language, stringsOf } from "../text/language";

/** A bug in one component must not leave a blank page. What `instead` makes stands in its place, or else a whole page. */
export class ErrorBoundary extends Component<
  { children: ReactNode; instead?: () => ReactNode },
  { failure: Error | undefined }
> {
  state = { failure: undefined };

  static getDerivedStateFromError(failure: Error) {
    return { failure };
  }

  render() {
    const { failure } = this.state as { failure: Error | undefined };
    if (!failure) return this.props.children;
    if (this.props.instead) return this.props.instead();
    const words = stringsOf(language.get());
    return (
      <main className="splash" role="alert">
        <Mark size={48} />
        <h1>{words.crashTitle}</h1>
        <p>{words.crashHint}</p>
        <pre className="crash-reason">{failure.message}</pre>
        <button type="button" className="button primary" onClick={() => location.reload()}>
          {words.reload}
        </button>
      </main>
    );
  }
}
