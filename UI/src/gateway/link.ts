import type { Hello } from "./hello";
import type { Refusal } from "./refusal";

/** How we stand with the gateway right now. */
export type Link =
  /** The first attempt is under way. */
  | { readonly state: "connecting" }
  /** A person typed a secret, and the gateway is being asked about it. */
  | { readonly state: "checking" }
  /** Nobody answers and nobody ever did; attempts go on. */
  | { readonly state: "unreachable" }
  /** The gateway wants something from the person first. */
  | { readonly state: "refused"; readonly refusal: Refusal }
  | { readonly state: "online"; readonly hello: Hello }
  /** We were online; attempts go on and the pages stay. */
  | { readonly state: "interrupted"; readonly hello: Hello; readonly restarting: boolean };

export function helloOf(link: Link): Hello | undefined {
  return link.state === "online" || link.state === "interrupted" ? link.hello : undefined;
}
