import { recordOf, recordsOf, textOf, timeOf } from "./read";

/** Somebody who wrote on a chat platform and waits to be let in. */
export interface PairingRequest {
  readonly channel: string;
  readonly code: string;
  readonly sender: string;
  readonly since: number | undefined;
}

/** Somebody who was let in on a chat platform. */
export interface LetInPerson {
  readonly channel: string;
  readonly account: string;
  readonly id: string;
  readonly since: number | undefined;
}

export function peopleLetIn(payload: unknown): LetInPerson[] {
  return recordsOf(recordOf(payload).allowed).map((person) => ({
    channel: textOf(person.channel) ?? "",
    account: textOf(person.accountId) ?? "",
    id: textOf(person.id) ?? "",
    since: timeOf(person.addedAt),
  }));
}

export function pairingRequests(payload: unknown): PairingRequest[] {
  return recordsOf(recordOf(payload).requests).map((request) => {
    const meta = recordOf(request.meta);
    const id = textOf(request.id) ?? "";
    const name = textOf(meta.name) ?? textOf(meta.username);
    return {
      channel: textOf(request.channel) ?? "",
      code: textOf(request.code) ?? "",
      sender: name === undefined ? id : `${name} (${id})`,
      since: timeOf(request.createdAt),
    };
  });
}
