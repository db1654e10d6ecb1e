#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Hands a form's bytes to curl as it sends them; at most one file is open.
final class FormReader {
    private let pieces: [MultipartForm.Piece]
    private var index = 0
    /// How much of the piece is read.
    private var place = 0
    private var descriptor: CInt = -1

    init(_ form: MultipartForm) {
        pieces = form.pieces
    }

    /// How many bytes were put into `buffer`, 0 at the end; nil when a file cannot be read any more.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        while index < pieces.count {
            guard let count = readPiece(into: buffer) else { return nil }
            if count > 0 {
                place += count
                return count
            }
            nextPiece()
        }
        return 0
    }

    /// Goes to a place in the body: curl sends it again when a kept connection turns out to be dead.
    func seek(to offset: Int) {
        nextPiece()
        index = 0
        var rest = offset
        while index < pieces.count, rest >= byteCount(of: pieces[index]) {
            rest -= byteCount(of: pieces[index])
            index += 1
        }
        place = rest
    }

    private func byteCount(of piece: MultipartForm.Piece) -> Int {
        switch piece {
        case .bytes(let bytes): bytes.count
        case .file(_, let byteCount): byteCount
        }
    }

    /// Zero at the piece's end.
    private func readPiece(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let count = min(buffer.count, byteCount(of: pieces[index]) - place)
        guard count > 0 else { return 0 }
        switch pieces[index] {
        case .bytes(let bytes):
            buffer.copyBytes(from: bytes[place..<place + count])
            return count
        case .file(let path, _):
            if descriptor < 0 { descriptor = Descriptor.openForReading(path) }
            let count = pread(descriptor, buffer.baseAddress, count, off_t(place))
            return count > 0 ? count : nil
        }
    }

    private func nextPiece() {
        Descriptor.close(descriptor)
        descriptor = -1
        index += 1
        place = 0
    }

    deinit { Descriptor.close(descriptor) }
}
