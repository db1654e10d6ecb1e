/// In what the servers that speak OpenAI's APIs differ.
struct ChatDialect: Sendable, Hashable {
    enum Reasoning: Sendable, Hashable {
        /// `reasoning_effort`.
        case effort
        /// `thinking: {type}`, and the thoughts go back as `reasoning_content`.
        case toggle
        /// `reasoning: {effort}`, and the thoughts go back as `reasoning_details`.
        case openRouter
    }

    enum ToolIDs: Sendable, Hashable {
        /// Anything up to 40 characters.
        case upTo40
        /// Exactly nine letters or digits.
        case nine
    }

    var reasoning = Reasoning.effort
    var maxTokensField = "max_completion_tokens"
    var toolIDs = ToolIDs.upTo40
    /// `prompt_cache_key` and `store` are OpenAI's own.
    var isOpenAI = false
    /// The server of the ChatGPT subscriptions: it wants an account, and sets the answer's length itself.
    var isChatGPT = false

    static let openAI = ChatDialect(isOpenAI: true)
    static let chatGPT = ChatDialect(isChatGPT: true)
    static let openRouter = ChatDialect(reasoning: .openRouter, maxTokensField: "max_tokens")
    static let thinkingToggle = ChatDialect(reasoning: .toggle, maxTokensField: "max_tokens")
    static let mistral = ChatDialect(maxTokensField: "max_tokens", toolIDs: .nine)
    static let local = ChatDialect(maxTokensField: "max_tokens")
}
