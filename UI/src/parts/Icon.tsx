/** Line icons on a 20 by 20 grid, drawn for this page. */
const shapes = {
  menu: "M3 5.5h14M3 10h14M3 14.5h9",
  close: "M5 5l10 10M15 5L5 15",
  plus: "M10 4v12M4 10h12",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  send: "M10 16V4.5M5 9.5l5-5 5 5",
  image: "M3.5 5.5a2 2 0 012-2h9a2 2 0 012 2v9a2 2 0 01-2 2h-9a2 2 0 01-2-2zM4 14l3.6-3.6a1 1 0 011.4 0L14 15.5M12.9 7.4h.01",
  copy: "M7.5 7.5v-2a2 2 0 012-2h5a2 2 0 012 2v5a2 2 0 01-2 2h-2M5.5 7.5h5a2 2 0 012 2v5a2 2 0 01-2 2h-5a2 2 0 01-2-2v-5a2 2 0 012-2z",
  check: "M4.5 10.5l3.5 3.5 7.5-8",
  chevron: "M7.5 5l5 5-5 5",
  back: "M12.5 5l-5 5 5 5",
  down: "M10 4v11.5M5 10.5l5 5 5-5",
  chat: "M4 5.5a2 2 0 012-2h8a2 2 0 012 2v6a2 2 0 01-2 2H9.5L6 16.5v-3a2 2 0 01-2-2z",
  list: "M3.5 5.5h13M3.5 10h13M3.5 14.5h13",
  pulse: "M2.5 10.5h3.2l2-5.5 4 10.5 2.2-5h3.6",
  sliders: "M3.5 6h7M14.5 6h2M3.5 14h2M9.5 14h7M12.5 4v4M7.5 12v4",
  tool: "M12.2 3.6a4 4 0 00-4.9 5.2l-4 4a1.7 1.7 0 002.4 2.4l4-4a4 4 0 005.2-4.9l-2.4 2.4-2.3-.5-.5-2.3z",
  thought: "M10 3.2a5 5 0 00-2.8 9.1c.5.4.8.9.8 1.5h4c0-.6.3-1.1.8-1.5A5 5 0 0010 3.2zM8.3 16.5h3.4",
  warning: "M10 3.5l7 12.5H3zM10 8.5v3.5M10 14.1h.01",
  eye: "M2.5 10s2.7-5 7.5-5 7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5zM10 12a2 2 0 100-4 2 2 0 000 4z",
  gear: "M10 12.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM10 2.8v2M10 15.2v2M2.8 10h2M15.2 10h2M4.9 4.9l1.4 1.4M13.7 13.7l1.4 1.4M15.1 4.9l-1.4 1.4M6.3 13.7l-1.4 1.4",
  refresh: "M16 10a6 6 0 01-10.7 3.7M4 10a6 6 0 0110.7-3.7M15 3v3.5h-3.5M5 17v-3.5h3.5",
  search: "M8.8 14.1a5.3 5.3 0 100-10.6 5.3 5.3 0 000 10.6zM12.7 12.7l3.8 3.8",
  file: "M6 3.5h5l3.5 3.5v8a1.5 1.5 0 01-1.5 1.5H6A1.5 1.5 0 014.5 15V5A1.5 1.5 0 016 3.5zM11 3.5V7h3.5",
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg className={`icon icon-${name}`} width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  );
}

export function StopIcon() {
  return (
    <svg className="icon" width={16} height={16} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <rect className="icon-solid" x="3" y="3" width="10" height="10" rx="2.5" />
    </svg>
  );
}

export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect className="mark-ground" width="32" height="32" rx="9" />
      <path
        className="mark-claw"
        d="M9 20.5c0-6.6 3.4-11 9.2-12.3-1.7 2.2-2.3 4.1-2.1 5.9 2-1.9 4.3-2.8 6.9-2.6-2.3 1.2-3.4 2.8-3.5 4.7 1.3-.5 2.5-.5 3.5-.1-2.6 1-3.6 3.1-5.4 5.2-1.3 1.6-2.9 2.5-4.7 2.5-2.3 0-3.9-1.3-3.9-3.3Z"
      />
    </svg>
  );
}
