import Foundation
import Testing

@testable import Wire

struct MultipartFormTests {
    private struct Unreadable: Error {}

    private func body(of form: MultipartForm, bufferBytes: Int = 7) throws -> String {
        String(decoding: try Self.read(FormReader(form), bufferBytes), as: UTF8.self)
    }

    private static func read(_ reader: FormReader, _ bufferBytes: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: bufferBytes)
        while true {
            guard let count = buffer.withUnsafeMutableBytes({ reader.read(into: $0) }) else {
                throw Unreadable()
            }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }

    private func temporaryFile(_ bytes: [UInt8]) throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    @Test func `fields and files are written as RFC 7578 says`() throws {
        var form = MultipartForm(boundary: "B")
        form.add("payload_json", value: "{}", type: "application/json")
        form.add("plain", value: "å")
        form.add("files[0]", file: [1, 2], fileName: "a.bin")

        #expect(form.contentType == "multipart/form-data; boundary=B")
        #expect(
            try body(of: form)
                == "--B\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n"
                + "Content-Type: application/json\r\n\r\n{}\r\n"
                + "--B\r\nContent-Disposition: form-data; name=\"plain\"\r\n\r\nå\r\n"
                + "--B\r\nContent-Disposition: form-data; name=\"files[0]\"; filename=\"a.bin\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n\u{1}\u{2}\r\n--B--\r\n")
    }

    @Test(arguments: [
        ("a\"b", #"name="a%22b""#), ("a\r\nb", #"name="a%0D%0Ab""#), ("a\nb", #"name="a%0D%0Ab""#),
        ("a\rb", #"name="a%0D%0Ab""#), ("a\r", #"name="a%0D%0A""#), ("å 😀", #"name="å 😀""#),
        (#"a\b%22"#, #"name="a\b%22""#),
    ])
    func `names are written as browsers write them`(name: String, written: String) throws {
        var form = MultipartForm(boundary: "B")
        form.add(name, value: "")

        #expect(try body(of: form).contains("form-data; \(written)\r\n"))
    }

    @Test func `neither a file's name nor its type can carry a header`() throws {
        var form = MultipartForm(boundary: "B")
        form.add("f", file: [], fileName: "a\"\r\nX: y\n.txt", type: "text/plain; charset=\"utf-8\"\r\nX: y")

        let text = try body(of: form)

        #expect(text.contains("filename=\"a%22%0D%0AX: y%0A.txt\"\r\n"))
        #expect(text.contains("Content-Type: text/plain; charset=\"utf-8\"  X: y\r\n"))
    }

    @Test(arguments: [1, 3, 1000, 100_000])
    func `a file on disk is read as it is sent, and the body is as long as was said`(bufferBytes: Int) throws
    {
        let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let path = try temporaryFile(bytes)
        defer { try? FileManager.default.removeItem(atPath: path) }
        var onDisk = MultipartForm(boundary: "B")
        try onDisk.add("f", fileAt: path, fileName: "x")
        onDisk.add("empty", file: [], fileName: "")
        var inMemory = MultipartForm(boundary: "B")
        inMemory.add("f", file: bytes, fileName: "x")
        inMemory.add("empty", file: [], fileName: "")

        let body = try Self.read(FormReader(onDisk), bufferBytes)

        #expect(body == (try Self.read(FormReader(inMemory), 64)))
        #expect(body.count == onDisk.byteCount)
    }

    @Test func `reading may begin again anywhere`() throws {
        let path = try temporaryFile(Array("0123456789".utf8))
        defer { try? FileManager.default.removeItem(atPath: path) }
        var form = MultipartForm(boundary: "B")
        form.add("e", value: "")
        try form.add("f", fileAt: path, fileName: "x")
        let whole = try Self.read(FormReader(form), 64)

        let reader = FormReader(form)
        for offset in Array(0...whole.count) + [0] {
            reader.seek(to: offset)
            #expect(try Self.read(reader, 5) == Array(whole[offset...]))
        }
    }

    @Test func `a file that became shorter or is gone ends the reading`() throws {
        let path = try temporaryFile([UInt8](repeating: 7, count: 100))
        var form = MultipartForm(boundary: "B")
        try form.add("f", fileAt: path, fileName: "x")
        try Data([1]).write(to: URL(filePath: path))
        #expect(throws: Unreadable.self) { try Self.read(FormReader(form), 64) }

        try FileManager.default.removeItem(atPath: path)
        #expect(throws: Unreadable.self) { try Self.read(FormReader(form), 64) }
    }

    @Test(arguments: ["/nonexistent/file", "/tmp", "/dev/zero"])
    func `what is no file cannot be sent`(path: String) {
        var form = MultipartForm()
        #expect(throws: WebError.self) { try form.add("f", fileAt: path, fileName: "x") }
    }

    @Test func `every form has a boundary of its own`() {
        #expect(MultipartForm().contentType != MultipartForm().contentType)
    }
}
