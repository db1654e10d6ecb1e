import Core

/// What models have shown that they do not take: more than their real window, and images that they have refused.
@MainActor
final class LearnedLimits {
    private var windows: [ModelReference: Int] = [:]
    /// By what they are: a picture is the same in every conversation.
    private var refusedImages: [ModelReference: Recent<Int>] = [:]

    private static let mostImagesOfAModel = 256

    /// Bytes of conversation that the model is sent at most; nil while it has taken all that it was sent.
    func bytes(of model: ModelReference) -> Int? { windows[model] }

    func learn(_ bytes: Int, of model: ModelReference) {
        windows[model] = max(min(bytes, windows[model] ?? bytes), ContextWindow.leastBytes)
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
