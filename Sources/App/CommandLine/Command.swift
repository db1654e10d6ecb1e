import Core

/// One verb of the command line. The table of these gives parsing, help, completions and the docs page.
struct Command: Sendable {
    /// An option that a command takes.
    struct Option: Sendable {
        /// With its dashes: `--port`.
        var name: String
        /// What the value is called in help, or nil for a switch.
        var value: String?
        /// The values allowed, or empty for any.
        var choices: [String] = []
        /// The whole numbers allowed, or nil when any text is.
        var range: ClosedRange<Int>?
        var summary: String
        /// One letter that stands for the name: `-m`.
        var short: String?
        /// Whether it may be given several times.
        var isRepeated = false

        static func flag(_ name: String, _ summary: String) -> Option {
            Option(name: name, value: nil, summary: summary)
        }

        static func value(_ name: String, _ value: String, _ summary: String, choices: [String] = [])
            -> Option
        {
            Option(name: name, value: value, choices: choices, summary: summary)
        }

        static func number(_ name: String, _ value: String, _ summary: String, _ range: ClosedRange<Int>)
            -> Option
        {
            Option(name: name, value: value, range: range, summary: summary)
        }

        /// The same with a letter that stands for it.
        func or(_ short: String) -> Option {
            var option = self
            option.short = short
            return option
        }

        /// The same, to be given as often as wanted.
        var repeated: Option {
            var option = self
            option.isRepeated = true
            return option
        }
    }

    /// The words that call it: `["gateway", "run"]`.
    var path: [String]
    var summary: String
    /// What its words are called in help, each `<needed>` or `[optional]`.
    var arguments: [String]
    var run: @MainActor @Sendable (Invocation) async throws -> ExitCode
    private let makeOptions: @MainActor @Sendable () -> [Option]

    /// `options` are made when they are asked for: of all commands one runs.
    init(
        path: [String], summary: String, arguments: [String] = [],
        options: @escaping @autoclosure @MainActor @Sendable () -> [Option] = [],
        run: @escaping @MainActor @Sendable (Invocation) async throws -> ExitCode
    ) {
        self.path = path
        self.summary = summary
        self.arguments = arguments
        makeOptions = options
        self.run = run
    }

    @MainActor var options: [Option] { makeOptions() }
    var name: String { path.joined(separator: " ") }
    var neededArguments: Int { arguments.count { $0.hasPrefix("<") } }
    var takesAnyNumber: Bool {
        arguments.last?.hasSuffix("...>") ?? arguments.last?.hasSuffix("...]") ?? false
    }
}

/// What a command was called with.
struct Invocation: Sendable {
    var arguments: [String] = []
    var values: [String: String] = [:]
    /// All values of an option that may be given several times.
    var lists: [String: [String]] = [:]
    var flags: Set<String> = []
    /// All options that were given, in their order.
    var order: [String] = []
    var environment: Environment

    subscript(_ option: String) -> String? { values[option] }
    func has(_ flag: String) -> Bool { flags.contains(flag) }
    var wantsJSON: Bool { has("--json") }
}

/// How the process ends.
enum ExitCode: Int32, Sendable {
    case success = 0
    case failure = 1
}

/// A failure whose sentence is all a person needs; printed to stderr without more.
struct CommandError: Error {
    var message: String
    var exitCode: ExitCode = .failure
    /// The gateway is there and did not let the command in.
    var isRefusedLogin = false
    /// The gateway let it in, and did not do what was asked for.
    var isRefusedRequest = false

    init(_ message: String, exitCode: ExitCode = .failure) {
        self.message = message
        self.exitCode = exitCode
    }
}
