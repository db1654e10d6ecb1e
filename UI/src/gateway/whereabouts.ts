import { recordOf, textOf, type JsonRecord } from "./read";

/** The chat on a platform in which a session is talked in. */
export interface Whereabouts {
  /** As people write it: `Discord`. */
  readonly platform: string;
  /** The person, or the chat of many: `Server #general`. */
  readonly name: string | undefined;
  readonly isGroup: boolean;
}

/** What comes from no chat platform was written on a page or by a program. */
const ownPlaces = ["webchat", "cli", "internal", "unknown"];

export function whereaboutsOf(row: JsonRecord): Whereabouts | undefined {
  const origin = recordOf(row.origin);
  const channel = textOf(row.channel) ?? textOf(row.lastChannel) ?? textOf(origin.provider);
  if (channel === undefined || ownPlaces.includes(channel)) return undefined;
  return {
    platform: channel.charAt(0).toUpperCase() + channel.slice(1),
    name: nameIn(textOf(origin.label)) ?? textOf(row.subject) ?? textOf(row.groupChannel),
    isGroup: ["group", "channel"].includes(textOf(row.chatType) ?? ""),
  };
}

/** `Server #general channel id:12` without what only programs need. */
function nameIn(label: string | undefined): string | undefined {
  const name = label?.replace(/ (?:(?:user|channel|group) )?id:\S+(?= topic:|$)/, "").replace(/ topic:\S+$/, "");
  return name === undefined || name.startsWith("id:") ? undefined : textOf(name.trim());
}

/** `Discord · Server #general`. */
export function whereaboutsText({ platform, name }: Whereabouts): string {
  return name === undefined ? platform : `${platform} · ${name}`;
}
