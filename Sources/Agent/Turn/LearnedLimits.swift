import Core

/// What models have shown that they do not take: more than their real window, and images that they have refused.
@MainActor
final class LearnedLimits {
    private var windows: [Place: Int] = [:]
    /// By what they are: a picture is the same in every conversation.
    private var refusedImages: [ModelReference: Recent<Int>] = [:]

    private static let mostImagesOfAModel = 256
    private static let mostSessions = 256

    /// Where a limit holds: in one conversation, or without a session in all.
    private struct Place: Hashable {
        let model: ModelReference
        let session: SessionID?
    }

    /// Bytes of the conversation that the model is sent at most; nil while it has taken all that it was sent.
    func bytes(of model: ModelReference, in session: SessionID?) -> Int? {
        [Place(model: model, session: session), Place(model: model, session: nil)].compactMap { windows[$0] }
            .min()
    }

    /// What is too long in one session may be denser than others are: it says nothing of them.
    func learn(_ bytes: Int, of model: ModelReference, in session: SessionID?) {
        let place = Place(model: model, session: session)
        if windows[place] == nil, windows.count >= Self.mostSessions {
            windows = windows.filter { $0.key.session == nil }
        }
        windows[place] = max(min(bytes, windows[place] ?? bytes), ContextWindow.leastBytes)
    }

    /// The model has refused a request with these images, and taken the same without them.
    func refuse(_ images: [ImageContent], by model: ModelReference) {
        for image in images {
            refusedImages[model, default: Recent(most: Self.mostImagesOfAModel)].insert(image.hashValue)
        }
    }

    /// The messages without the images that the model has refused.
    func acceptable(_ messages: [Message], for model: ModelReference) -> [Message] {
        guard let refused = refusedImages[model] else { return messages }
        return ContextWindow.withoutImages(messages) { refused.contains($0.hashValue) }
    }

    func forget() {
        windows = [:]
        refusedImages = [:]
    }
}
