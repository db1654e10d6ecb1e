import Core
import Testing
import Wire

@testable import Gateway

struct AttachmentsTests {
    private static let png = Base64.encode([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])

    @Test(
        arguments: [
            ["content": .string(png), "mimeType": "image/jpeg", "type": "image"],
            ["content": .string("data:image/png;base64," + png)],
            ["content": .string(png), "fileName": "a.png"],
        ] as [JSON])
    func `an image is taken however it comes, by what its bytes say`(item: JSON) throws {
        let images = try Attachments.images(in: [item])

        #expect(images == [ImageContent(mimeType: "image/png", base64: Self.png)])
    }

    @Test(
        arguments: [
            ["content": 7], [:], ["content": "aGVsbG8=", "mimeType": "text/plain"],
        ] as [JSON])
    func `what is no image is left out`(item: JSON) throws {
        #expect(try Attachments.images(in: [item]).isEmpty)
    }

    @Test(arguments: ["image/png", "image/svg+xml", "image/heic"])
    func `what only calls itself an image is refused, so that it blinds no model`(mimeType: String) {
        let page = Base64.encode(Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8))

        let error = #expect(throws: AttachmentError.self) {
            try Attachments.images(in: [
                ["content": .string(page), "mimeType": .string(mimeType), "fileName": "a.svg"]
            ])
        }

        #expect(
            error?.message
                == "Error: attachment a.svg: not a picture that models see. Send it as PNG, JPEG, GIF or WebP."
        )
    }

    @Test
    func `what is not base64 is refused by its name`() {
        let error = #expect(throws: AttachmentError.self) {
            try Attachments.images(in: [["content": "%%%", "fileName": "cat.png"]])
        }

        #expect(error?.message == "Error: attachment cat.png: invalid base64 content")
    }

    @Test
    func `too large an image is refused before it is decoded`() {
        let content = String(repeating: "A", count: 9_000_000)

        let error = #expect(throws: AttachmentError.self) {
            try Attachments.images(in: [["content": .string(content), "fileName": "big.png"]])
        }

        #expect(error?.message.hasPrefix("Error: attachment big.png: exceeds size limit") == true)
    }
}
