/** The shape of what is about to appear. */
export function Skeleton({ label, lines }: { label: string; lines: number }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className={`skeleton-line width-${line % 4}`} />
      ))}
    </div>
  );
}
