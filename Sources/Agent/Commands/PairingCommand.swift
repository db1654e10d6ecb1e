import Core
import Store

/// `/pairing`: the owner lets people in from a chat, as `openclaw pairing` does on the command line.
enum PairingCommand {
    static let command = SlashCommand(
        name: "pairing", arguments: "[approve|reject <code>]",
        help: "Show who asks to be let in, and let them in.", category: .status, run: run)

    private static let usage = "⚙️ Usage: /pairing, /pairing approve <code>, /pairing reject <code>"

    @MainActor
    private static func run(_ call: CommandCall) async throws -> CommandResult {
        guard call.message.isOwners else { return .ownersOnly(call.message) }
        guard let desk = call.pairing else { return .reply("⚙️ No chat platform is set up.") }
        let (channel, account) = reach(of: call)
        switch call.word {
        case "", "list":
            let requests = try await desk.pending(channel: channel, account: account)
            return .reply(list(requests), choices: requests.map { "approve \($0.code)" })
        case "approve":
            let request = try await desk.approve(call.rest, channel: channel, account: account)
            return .reply(answer(request, "may write now."))
        case "reject":
            let request = try await desk.reject(call.rest, channel: channel, account: account)
            return .reply(answer(request, "was not let in."))
        default: return .reply(usage)
        }
    }

    /// Clients, and whom the config names as owners, let people in everywhere; an account's own owner lets them in there.
    @MainActor
    private static func reach(of call: CommandCall) -> (channel: ChannelID?, account: String?) {
        guard call.message.origin != nil, call.settings.owners.isEmpty else { return (nil, nil) }
        return (call.message.address.channel, call.message.address.account)
    }

    private static func list(_ requests: [PairingRequest]) -> String {
        guard !requests.isEmpty else { return "🔑 Nobody asks to be let in." }
        let lines = requests.map { "- \(title($0)) on \($0.channel): `/pairing approve \($0.code)`" }
        return (["🔑 Waiting to be let in:"] + lines).joined(separator: "\n")
    }

    private static func answer(_ request: PairingRequest?, _ outcome: String) -> String {
        guard let request else { return "⚠️ Nobody was given this code, or it is older than an hour." }
        return "🔑 \(title(request)) \(outcome)"
    }

    private static func title(_ request: PairingRequest) -> String {
        let name = request.meta?["name"]?.stringValue ?? request.meta?["username"]?.stringValue
        return name.map { "\($0) (\(request.sender))" } ?? request.sender
    }
}
