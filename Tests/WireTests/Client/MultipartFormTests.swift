import Foundation
import Testing

@testable import Wire

@MainActor
struct MultipartFormTests {
    /// The whole body, taken in buffers of `size` bytes; nil when a file fails.
    private func body(_ request: WebRequest, in size: Int) -> String? {
        let source = BodySource(request.pieces ?? [])
        var body: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: size)
        while let count = buffer.withUnsafeMutableBytes({ source.read(into: $0) }) {
            if count == 0 { return String(decoding: body, as: UTF8.self) }
            body += buffer[..<count]
        }
        return nil
    }

    private func temporaryFile(_ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test(arguments: [1, 7, 64 << 10])
    func aFormIsReadPieceByPiece(size: Int) throws {
        let path = try temporaryFile("the file's bytes")
        defer { try? FileManager.default.removeItem(atPath: path) }
        var form = MultipartForm()
        form.append("chat_id", "5")
        let file = try #require(FormFile(path: path, name: "a\"b\r\n.txt", mimeType: "text/plain"))
        form.append("document", file)
        let request = form.request(to: "https://a.b")
        let type = try #require(request.headers.first?.value)
        let boundary = try #require(type.split(separator: "boundary=").last)

        #expect(
            body(request, in: size) == """
                --\(boundary)\r
                Content-Disposition: form-data; name="chat_id"\r
                \r
                5\r
                --\(boundary)\r
                Content-Disposition: form-data; name="document"; filename="a%22b%0D%0A.txt"\r
                Content-Type: text/plain\r
                \r
                the file's bytes\r
                --\(boundary)--\r

                """)
    }

    @Test func theBodyMayBeginAgainAnywhere() throws {
        let path = try temporaryFile("0123456789")
        defer { try? FileManager.default.removeItem(atPath: path) }
        var form = MultipartForm()
        form.append("empty", "")
        form.append("f", try #require(FormFile(path: path, name: "a", mimeType: "x")))
        form.append("none", [], fileName: "", mimeType: "x")
        let request = form.request(to: "https://a.b")
        let whole = Array(try #require(body(request, in: 64)).utf8)

        let source = BodySource(try #require(request.pieces))
        #expect(source.byteCount == whole.count)
        for place in Array(0...whole.count) + [0] {
            source.seek(to: place)
            var rest: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 5)
            while let count = buffer.withUnsafeMutableBytes({ source.read(into: $0) }), count > 0 {
                rest += buffer[..<count]
            }
            #expect(rest == Array(whole[place...]))
        }
    }

    @Test func neitherANameNorATypeCarriesAHeader() throws {
        var form = MultipartForm()
        form.append("a\"\r\nb", [1], fileName: "c\nd", mimeType: "text/plain; charset=\"utf-8\"\r\nX: y")

        let text = try #require(body(form.request(to: "https://a.b"), in: 64))

        #expect(text.contains("form-data; name=\"a%22%0D%0Ab\"; filename=\"c%0Ad\"\r\n"))
        #expect(text.contains("Content-Type: text/plain; charset=\"utf-8\"  X: y\r\n\r\n"))
    }

    @Test func aFileThatShrinksFailsTheRequest() throws {
        let path = try temporaryFile("long enough")
        let file = try #require(FormFile(path: path, name: "a", mimeType: "text/plain"))
        var form = MultipartForm()
        form.append("f", file)
        try "x".write(toFile: path, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(body(form.request(to: "https://a.b"), in: 1024) == nil)
        #expect(FormFile(path: path + "none", name: "a", mimeType: "x") == nil)
        #expect(FormFile(path: "/", name: "a", mimeType: "x") == nil)
    }
}
