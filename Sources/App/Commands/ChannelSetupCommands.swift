import Channels
import Core
import Gateway
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `channels add|login|logout|remove`: which accounts of chat platforms there are, by small edits of the config file.
///
/// A running gateway takes the change up by itself.
@MainActor
enum ChannelSetupCommands {
    static var all: [Command] {
        [
            Command(
                path: ["channels", "add"], summary: "Set up an account of a chat platform",
                arguments: ["[platform]"], options: loginOptions, run: add),
            Command(
                path: ["channels", "login"], summary: "Give an account another token",
                arguments: ["[platform]"], options: loginOptions, run: add),
            Command(
                path: ["channels", "logout"], summary: "Take an account's token out of the config",
                arguments: ["[platform]"], options: accountOptions, run: logout),
            Command(
                path: ["channels", "remove"], summary: "Turn an account off, or delete its settings",
                arguments: ["[platform]"],
                options: accountOptions + [.flag("--delete", "Delete its settings")], run: remove),
        ]
    }

    private static var accountOptions: [Command.Option] {
        [
            .value(
                "--channel", "platform", "Which platform", choices: ChannelCatalog.all.map(\.id.rawValue)),
            .value("--account", "id", "Which of its accounts (default: default)"),
            .flag("--json", "Print JSON"),
        ]
    }

    private static var loginOptions: [Command.Option] {
        accountOptions + [
            .value("--token", "token", "The bot's token; `-`, or none, reads it from standard input"),
            .value("--name", "text", "What the account is called in lists"),
            .flag("--no-probe", "Do not ask the platform whether the token is good"),
        ]
    }

    /// An account of a platform and where its settings stand.
    private struct Place {
        let factory: ChannelFactory
        let account: String
        /// Of the account's own settings.
        let path: ConfigPath
        private let section: ConfigPath
        /// Whether it is the default account of a platform that lists accounts: what stands beside the list holds for all of
        /// them, but for what this one logs in with and its name.
        private let isBesideOthers: Bool

        @MainActor
        init(_ invocation: Invocation, _ setup: LocalSetup) throws {
            let name = invocation["--channel"] ?? invocation.arguments.first ?? ""
            guard let factory = ChannelCatalog.factory(ChannelID(name)) else {
                let known = ChannelCatalog.all.map(\.id.rawValue).joined(separator: "` or `")
                let unknown = name.isEmpty ? "" : "`\(name)` is not built into this gateway. "
                throw CommandError("\(unknown)Say which platform is meant: `\(known)`.")
            }
            let account = invocation["--account"] ?? "default"
            guard (1...64).contains(account.utf8.count), account.utf8.allSatisfy(Self.isPlain) else {
                throw CommandError("Invalid account `\(account)`. Use a-z, 0-9, `_` and `-`, at most 64.")
            }
            self.factory = factory
            self.account = account
            path = ChannelLogout.path(factory.id, account: account, in: setup.file)
            section = ConfigPath([.key("channels"), .key(factory.id.rawValue)])
            let listed = setup.file.snapshot.file.parsed[section.appending("accounts")]?.objectValue ?? [:]
            isBesideOthers = account == "default" && !listed.isEmpty
        }

        private static func isPlain(_ byte: UInt8) -> Bool {
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F || byte == 0x2D
        }

        @MainActor var title: String { "\(factory.label) account `\(account)`" }

        /// `members` as a merge patch of the whole config.
        func patch(_ members: JSONObject) -> JSON { path.patch(.object(members)) }

        /// A merge patch that turns it off and no other account.
        var turningOff: JSON {
            isBesideOthers
                ? section.patch(["accounts": ["default": ["enabled": false]]]) : patch(["enabled": false])
        }

        /// A merge patch that leaves what others need; nil where all can go.
        @MainActor var deleting: JSON? {
            guard isBesideOthers else { return nil }
            var members: JSONObject = ["accounts": ["default": .null]]
            for key in factory.allSecretKeys + ["name"] { members[key] = JSON.null }
            return section.patch(.object(members))
        }

        /// Whether a token in the environment logs it in.
        @MainActor
        func isInEnvironment(of setup: LocalSetup) -> Bool {
            let token = setup.environment[factory.secretVariable]
            return account == "default" && token != nil
        }

        @MainActor
        func mustBeListed(in setup: LocalSetup) throws {
            let settings = setup.file.snapshot.file.parsed[path]
            let signs = factory.allSecretKeys.compactMap { settings?[$0] }
            guard settings == nil || isBesideOthers && path == section && signs.isEmpty else { return }
            throw CommandError("The config has no \(title). `openclaw channels list` shows which there are.")
        }
    }

    // MARK: Adding

    private static func add(_ invocation: Invocation) async throws -> ExitCode {
        let setup = LocalSetup(invocation)
        let place = try Place(invocation, setup)
        let token = try token(invocation, place)
        let bot: String?
        do {
            bot = try await setUp(
                place, token, name: invocation["--name"], probes: !invocation.has("--no-probe"), setup)
        } catch let refusal as TokenRefusal {
            throw CommandError("\(refusal.message) `--no-probe` sets it up all the same.")
        }
        if invocation.wantsJSON {
            Terminal.print([
                "channel": .string(place.factory.id.rawValue), "accountId": .string(place.account),
                "bot": bot.map { .string($0) } ?? .null,
            ])
        } else {
            let name = bot.map { " as @\($0)" } ?? ""
            Terminal.print("\(place.title) is set up\(name). `openclaw channels status` shows how it is.")
        }
        return .success
    }

    /// The platform did not take a token, or could not be asked.
    struct TokenRefusal: Error { let message: String }

    /// Sets up the default account of a platform; gives the bot's name when it was asked for.
    static func setUp(_ factory: ChannelFactory, _ token: Secret, probes: Bool, _ setup: LocalSetup)
        async throws -> String?
    {
        var words = Invocation(environment: setup.invocation.environment)
        words.values["--channel"] = factory.id.rawValue
        return try await setUp(try Place(words, setup), token, name: nil, probes: probes, setup)
    }

    private static func setUp(
        _ place: Place, _ token: Secret, name: String?, probes: Bool, _ setup: LocalSetup
    ) async throws -> String? {
        let bot = probes ? try await probe(token, place, setup) : nil
        var members: JSONObject = ["enabled": true]
        members["name"] = name.map { .string($0) }
        members[place.factory.secretKeys.first ?? "token"] = .string(token.reveal())
        try await write(place.patch(members), setup, place)
        if place.account == "default", setup.environment[place.factory.secretVariable] != nil {
            Terminal.printError(
                "Note: `\(place.factory.secretVariable)` is set, and is preferred to the token in the config."
            )
        }
        return bot
    }

    private static func token(_ invocation: Invocation, _ place: Place) throws -> Secret {
        var text = invocation["--token"] ?? "-"
        if text == "-" {
            do { text = try Prompt.line(named: "Token of the \(place.factory.label) bot") } catch {
                throw CommandError("Ended. \(place.title) was not changed.")
            }
        }
        guard !text.isEmpty else {
            throw CommandError(
                "No token came. Give \(place.factory.label)'s bot token on standard input, or with `--token`."
            )
        }
        guard !text.contains(where: \.isWhitespace) else {
            throw CommandError("That is not a token of \(place.factory.label)'s: it has spaces.")
        }
        return Secret(text)
    }

    /// The bot's name; throws when the platform does not take the token.
    private static func probe(_ token: Secret, _ place: Place, _ setup: LocalSetup) async throws -> String? {
        let web = WebClient(setup, CertificateVariables(setup))
        let sections = ChannelSections(config: setup.config, environment: setup.environment)
        let channel: any Channel
        do throws(ChannelError) {
            channel = try sections.trial(of: token, place.account, place.factory, web: web)
        } catch {
            throw TokenRefusal(message: "\(place.title) was not set up: \(error.reason)")
        }
        guard let channel = channel as? any Probing else { return nil }
        let answer = await channel.probe()
        guard answer["ok"]?.boolValue == true else {
            throw TokenRefusal(
                message: "\(place.title) was not set up: "
                    + (answer["error"]?.stringValue ?? "the platform did not answer"))
        }
        return answer["bot"]?["username"]?.stringValue
    }

    // MARK: Taking away

    private static func logout(_ invocation: Invocation) async throws -> ExitCode {
        let setup = LocalSetup(invocation)
        let place = try Place(invocation, setup)
        if place.account != "default" { try place.mustBeListed(in: setup) }
        let file = try setup.changeableFile()
        let hasCleared: Bool
        do throws(ConfigWriteError) {
            hasCleared = try await ChannelLogout.clear(
                place.factory.allSecretKeys, of: place.factory.id, account: place.account, in: file)
        } catch {
            throw refusal(error, place)
        }
        let isInEnvironment = place.isInEnvironment(of: setup)
        if invocation.wantsJSON {
            Terminal.print(
                ChannelLogout.report(
                    place.factory.id, account: place.account, cleared: hasCleared,
                    isInEnvironment: isInEnvironment))
        } else {
            Terminal.print(
                hasCleared
                    ? "\(place.title) is logged out." : "\(place.title) has no token in the config.")
        }
        if isInEnvironment {
            Terminal.printError(
                "`\(place.factory.secretVariable)` is still set and logs it in: take it away and restart the gateway."
            )
        }
        return isInEnvironment ? .failure : .success
    }

    private static func remove(_ invocation: Invocation) async throws -> ExitCode {
        let setup = LocalSetup(invocation)
        let place = try Place(invocation, setup)
        let isInEnvironment = place.isInEnvironment(of: setup)
        if !isInEnvironment { try place.mustBeListed(in: setup) }
        // A token in the environment logs in also where the config has nothing, and its rules must not go before it.
        let deletes = invocation.has("--delete") && !isInEnvironment
        if deletes {
            try await delete(place, setup)
            forgetPairings(of: place, invocation)
        } else {
            try await write(place.turningOff, setup, place)
        }
        if invocation.wantsJSON {
            Terminal.print([
                "channel": .string(place.factory.id.rawValue), "accountId": .string(place.account),
                "deleted": .bool(deletes),
            ])
        } else {
            Terminal.print("\(place.title) is \(deletes ? "deleted" : "off").")
        }
        guard deletes != invocation.has("--delete") else { return .success }
        Terminal.printError(
            "It was not deleted: `\(place.factory.secretVariable)` is still set. Take it away, restart the gateway, and "
                + "delete it then.")
        return .failure
    }

    private static func delete(_ place: Place, _ setup: LocalSetup) async throws {
        if let patch = place.deleting { return try await write(patch, setup, place) }
        let file = try setup.changeableFile()
        do throws(ConfigWriteError) { try await file.unset(place.path) } catch {
            throw CommandError("\(place.title) was not deleted: \(error.message)")
        }
    }

    /// Who was let in belongs to the account: another one in its place begins with nobody.
    private static func forgetPairings(of place: Place, _ invocation: Invocation) {
        do {
            _ = try GatewayClient.connect(invocation).call(
                "pairing.forget",
                ["channel": .string(place.factory.id.rawValue), "accountId": .string(place.account)])
        } catch {
            let reason = (error as? CommandError)?.message ?? "\(error)"
            Terminal.printError(
                "Whoever was let in there by a code stays let in, should the account come back: the gateway could not be "
                    + "asked to forget them. `openclaw pairing remove` does it once it runs. (\(reason))")
        }
    }

    private static func write(_ patch: JSON, _ setup: LocalSetup, _ place: Place) async throws {
        let file = try setup.changeableFile()
        do throws(ConfigWriteError) {
            _ = try await file.patch(with: patch.text, baseHash: file.snapshot.hash)
        } catch {
            throw refusal(error, place)
        }
    }

    private static func refusal(_ error: ConfigWriteError, _ place: Place) -> CommandError {
        let lines = error.issues.map { "\n- \($0)" }.joined()
        return CommandError("\(place.title) was not changed: \(error.message)\(lines)")
    }
}
