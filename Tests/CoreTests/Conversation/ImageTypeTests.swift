import Testing

@testable import Core

struct ImageTypeTests {
    @Test(
        arguments: [
            (Array("GIF89a".utf8), ImageType.gif), ([0xFF, 0xD8, 0xFF, 0xE0], .jpeg),
            (Array("RIFF\0\0\0\0WEBPVP8 ".utf8), .webp),
            (Array("RIFF\0\0\0\0WAVEfmt ".utf8), nil), (Array("hello".utf8), nil), ([], nil),
            (Array("RIFF".utf8), nil),
        ] as [([UInt8], ImageType?)])
    func `an image is known by its first bytes`(bytes: [UInt8], type: ImageType?) {
        #expect(ImageType(bytes) == type)
    }
}
