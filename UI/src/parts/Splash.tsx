import { Mark } from "./Icon";

/** The whole page while there is nothing else to show. */
export function Splash({ title, hint }: { title: string; hint?: string }) {
  return (
    <main className="splash" role="status">
      <Mark size={48} />
      <h1>{title}</h1>
      {hint !== undefined && <p>{hint}</p>}
      <span className="splash-bar" aria-hidden="true" />
    </main>
  );
}
