import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files of a message as the turn gets them.
struct FetchedFiles {
    /// For the model's eyes.
    var images: [ImageContent] = []
    /// A line for each file.
    var lines: [String] = []
    /// Stickers that nobody has described yet.
    var stickers: [(id: String, image: ImageContent)] = []
}

/// Fetches what came with messages.
@MainActor
package struct IncomingFiles {
    private let base64: ([UInt8]) -> String
    private let kept: KeptFiles

    /// Larger images are only named: vendors take 5 MB of base64 at most.
    private static let mostImageBytes = 3_700_000

    /// `base64` encodes images for the model.
    package init(base64: @escaping ([UInt8]) -> String) { self.init(base64: base64, kept: KeptFiles()) }

    init(base64: @escaping ([UInt8]) -> String, kept: KeptFiles) {
        self.base64 = base64
        self.kept = kept
    }

    /// Saves each file in `folder`; one that cannot be had becomes a line that says why, and a sticker that `words` tells
    /// something of becomes these words. Throws when the task is cancelled meanwhile: the message has to come again.
    func fetch(
        _ files: [IncomingFile], into folder: String?, most: Int,
        words: (_ sticker: String) async -> String? = { _ in nil }
    ) async throws(InboxError) -> FetchedFiles {
        var fetched = FetchedFiles()
        for file in files {
            if let sticker = file.sticker, let words = await words(sticker) {
                fetched.lines.append("[\(file.caption?.plainName ?? "sticker"): \(words)]")
            } else {
                try await fetch(file, into: folder, most: most, &fetched)
            }
        }
        return fetched
    }

    private func fetch(
        _ file: IncomingFile, into folder: String?, most: Int, _ fetched: inout FetchedFiles
    ) async throws(InboxError) {
        let name = Self.describe(file)
        if let size = file.byteCount, size > most {
            let size = "\(Int((Double(size) / 1_048_576).rounded())) MB"
            return fetched.lines.append("[\(name): not fetched, \(size) is more than `mediaMaxMb` allows]")
        }
        guard let folder, Workspaces.makeFolders(folder) else {
            return fetched.lines.append("[\(name): not fetched, there is no folder to keep it in]")
        }
        let path = "\(folder)/\(Self.fileName(file))"
        do throws(IncomingFile.FetchError) {
            try await save(file, to: path, most: most)
            let image = image(file, at: path, beside: fetched.images)
            let isUnseen = image == nil && file.mimeType?.hasPrefix("image/") == true
            fetched.lines.append("[\(name): \(path)\(isUnseen ? ", not shown to you" : "")]")
            if let image {
                fetched.images.append(image)
                if let sticker = file.sticker { fetched.stickers.append((sticker, image)) }
            }
            kept.note(folder)
        } catch {
            guard !Task.isCancelled else { throw InboxError("its files were still being fetched") }
            let reason =
                switch error {
                case .tooLarge: "it is larger than `mediaMaxMb` allows"
                case .failed(let reason), .passing(let reason, _): reason
                }
            fetched.lines.append("[\(name): not fetched, \(reason)]")
        }
    }

    /// Waits out what passes: a message is taken once, and so are its files.
    private func save(_ file: IncomingFile, to path: String, most: Int) async throws(IncomingFile.FetchError)
    {
        for attempt in 1... {
            do throws(IncomingFile.FetchError) {
                return try await file.save(path, most)
            } catch {
                // Cancelled: there is no other attempt.
                guard case .passing(_, let pause) = error, attempt < Self.mostAttempts,
                    pause <= Self.longestPause, (try? await Task.sleep(for: pause)) != nil
                else { throw error }
            }
        }
    }

    private static let mostAttempts = 3
    /// The message waits for its files, and what is said after it in the chat waits for the message.
    private static let longestPause: Duration = .seconds(10)

    /// Of 255 that a file system takes.
    private static let mostNameBytes = 160

    private static func describe(_ file: IncomingFile) -> String {
        let kind =
            (file.isVoice ? "voice message" : "file") + (file.isQuoted ? " of the answered message" : "")
        let words = [file.name, file.mimeType, file.caption].compactMap(\.self).joined(separator: ", ")
        return words.isEmpty ? kind : "\(kind) \(words.plainName)"
    }

    /// A name that no path can be smuggled in with, and that no earlier file has.
    static func fileName(_ file: IncomingFile) -> String {
        let kept = (file.name ?? "file").map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "_" }
        var name = kept.drop { $0 == "." }
        while name.reduce(0, { $0 + $1.utf8.count }) > mostNameBytes { name.removeFirst() }
        return
            "\(Timestamp.now.milliseconds)-\(UInt32.random(in: .min ... .max))-\(name.isEmpty ? "file" : String(name))"
    }

    /// Nil as well for what would make the message's images more than a request may hold.
    private func image(
        _ file: IncomingFile, at path: String, beside others: [ImageContent]
    ) -> ImageContent? {
        let room = ContextWindow.mostImageBytes - others.byteCount
        let mayBeImage =
            file.mimeType.map { $0.hasPrefix("image/") || $0 == "application/octet-stream" } ?? true
        guard mayBeImage, let bytes = Self.bytes(of: path, most: min(Self.mostImageBytes, room / 4 * 3)),
            let type = ImageType(bytes)
        else { return nil }
        return ImageContent(mimeType: type.rawValue, base64: base64(bytes))
    }

    private static func bytes(of path: String, most: Int) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_size > 0, status.st_size <= most else { return nil }
        let count = Int(status.st_size)
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(pread(file, buffer.baseAddress, count, 0), 0)
        }
        return bytes.count == count ? bytes : nil
    }
}
