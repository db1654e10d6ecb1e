import Core

extension VendorFailure {
    /// Whether the vendor's words say that the conversation is longer than the model's window.
    ///
    /// Most vendors have no code for it. A limit of tokens a minute, and an answer longer than may be asked for, are
    /// others' business: a shorter conversation helps against neither.
    var saysTooLong: Bool {
        let said = message.prefix(Self.mostCharactersRead).lowercased()
        return Self.wordsOfOverflow.contains { said.contains($0) }
            && !Self.wordsOfOtherLimits.contains { said.contains($0) }
    }

    /// Vendors say it in their first sentence.
    private static let mostCharactersRead = 1_000

    private static let wordsOfOverflow = [
        // Anthropic, Fireworks; Anthropic, with the answer counted in; Amazon's Bedrock.
        "prompt is too long", "exceed context limit", "input is too long",
        // OpenAI in its APIs; with it OpenRouter, DeepSeek, Mistral, vLLM and SGLang.
        "maximum context length", "exceeds the context window", "input tokens exceed",
        "context length exceeded", "context_length_exceeded",
        // Google; GitHub; xAI; Groq; Cohere.
        "input token count", "prompt token count", "maximum prompt length",
        "reduce the length of the messages",
        "too many tokens",
        // Moonshot, MiniMax, Z.AI, Qwen.
        "exceeded model token limit", "context window exceeds", "prompt exceeds max length",
        "range of input length should be",
        // Servers of one's own: llama.cpp, LM Studio, Ollama, vLLM, SGLang, Hugging Face's.
        "available context size", "context size has been exceeded", "greater than the context length",
        "loaded with context length of only", "prompt too long", "longer than the maximum model length",
        "longer than the model's context length", "`inputs` tokens",
    ]

    private static let wordsOfOtherLimits = [
        "per minute", "per day", "rate limit", "please wait",
        // vLLM names the window beside it.
        "max_tokens is too large", "max_tokens' is too large", "max_completion_tokens is too large",
        "max_completion_tokens' is too large",
    ]
}
