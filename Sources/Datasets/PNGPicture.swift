import CPNG

/// A PNG file whose chunks were checked.
///
/// Only the chunks that make the pixels are handed to libpng: colour profiles, texts and times are left out, so that values
/// are those stored, and nothing that is not needed is inflated.
struct PNGPicture {
    let header: PictureHeader
    private let hasAlpha: Bool
    private let essential: [UInt8]
    private let file: String

    /// - Parameter keepsTransparency: whether a colour or palette entry that is marked as clear becomes alpha.
    init(_ bytes: [UInt8], keepsTransparency: Bool = false, file: String) throws(DatasetError) {
        let chunks = PNGChunks(bytes, keepsTransparency: keepsTransparency)
        guard let shape = chunks.shape else {
            throw .byte(file: file, offset: 8, detail: "is a PNG file without header")
        }
        guard chunks.hasEnd else { throw .file(file, detail: "is truncated: the PNG file has no end") }
        guard let channels = shape.channels, [1, 2, 4, 8, 16].contains(shape.bits) else {
            throw .byte(file: file, offset: 24, detail: "its colour type \(shape.kind) is none of PNG's")
        }
        header = PictureHeader(size: shape.size, isGrey: shape.kind == 0 || shape.kind == 4)
        hasAlpha = shape.kind >= 4 || chunks.isClear
        essential = chunks.essential
        self.file = file
        // Deflate packs 1,032 bytes into one at most: a larger claim is refused before memory is taken.
        guard shape.size.isPossible else { return }
        let raw = shape.size.height * ((shape.size.width * channels * shape.bits + 7) / 8)
        guard raw <= chunks.packed * 1032 + 64 else {
            throw .file(
                file, detail: "says it has \(shape.size) pixels, but holds \(chunks.packed) packed bytes")
        }
    }

    /// Grey or red, green, blue as stored (16 bits are rounded to 8), with alpha where there is any.
    func decoded() throws(DatasetError) -> Picture {
        var image = png_image()
        image.version = PNGPicture.version
        let channels = hasAlpha ? 4 : header.isGrey ? 1 : 3
        var pixels: [UInt8] = []
        // SAFETY: libpng reads from `essential` within the closure only and writes rows of width × channels bytes into an array
        // of that size; its simplified functions return errors and jump over no Swift frame.
        let isDecoded = essential.withUnsafeBytes { input in
            guard png_image_begin_read_from_memory(&image, input.baseAddress, input.count) != 0 else {
                return false
            }
            guard Int(image.height) == header.size.height, Int(image.width) == header.size.width else {
                png_image_free(&image)
                return false
            }
            image.format = hasAlpha ? PNGPicture.rgba : header.isGrey ? PNGPicture.grey : PNGPicture.rgb
            image.flags |= PNGPicture.reads16BitsAsTheyAre
            pixels = [UInt8](repeating: 0, count: header.size.height * header.size.width * channels)
            return pixels.withUnsafeMutableBytes {
                png_image_finish_read(&image, nil, $0.baseAddress, Int32(header.size.width * channels), nil)
                    != 0
            }
        }
        guard isDecoded else {
            let message = withUnsafeBytes(of: &image.message) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            throw .file(file, detail: "is a damaged PNG picture\(message.isEmpty ? "" : ": \(message)")")
        }
        return Picture(size: header.size, channels: channels, pixels: pixels)
    }

    // The values of macros of png.h that Swift does not import.
    private static let version: UInt32 = 1
    private static let grey: UInt32 = 0
    private static let rgb: UInt32 = 2
    private static let rgba: UInt32 = 3
    private static let reads16BitsAsTheyAre: UInt32 = 4
}

extension [UInt8] {
    /// Four bytes, the highest first.
    fileprivate func bigEndian(_ offset: Int) -> Int {
        self[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }
}

/// The chunks of a PNG file that make its pixels.
private struct PNGChunks {
    /// What the header chunk says; nil where there is none.
    private(set) var shape: Shape?
    /// Signature and chunks, as libpng reads them.
    private(set) var essential: [UInt8]
    /// Bytes of packed pixels.
    private(set) var packed = 0
    private(set) var hasEnd = false
    /// Whether a colour or palette entry is marked as clear.
    private(set) var isClear = false

    struct Shape {
        let size: PictureSize
        let bits: Int
        let kind: UInt8

        /// Nil where PNG has no such colour type.
        var channels: Int? {
            switch kind {
            case 0, 3: 1
            case 2: 3
            case 4: 2
            case 6: 4
            default: nil
            }
        }
    }

    /// Reads up to the end chunk, or to the first chunk that is longer than the file.
    init(_ bytes: [UInt8], keepsTransparency: Bool) {
        essential = Array(bytes[..<min(8, bytes.count)])
        essential.reserveCapacity(bytes.count)
        var offset = 8
        while offset + 12 <= bytes.count, !hasEnd {
            let length = bytes.bigEndian(offset)
            guard length <= bytes.count - offset - 12 else { break }
            let chunk = bytes[offset..<offset + 12 + length]
            if take(chunk, length: length, of: bytes, keepsTransparency: keepsTransparency) {
                essential += chunk
            }
            offset += 12 + length
        }
    }

    /// Notes what a chunk says; whether it makes pixels.
    private mutating func take(
        _ chunk: ArraySlice<UInt8>, length: Int, of bytes: [UInt8], keepsTransparency: Bool
    ) -> Bool {
        let start = chunk.startIndex
        switch String(decoding: bytes[start + 4..<start + 8], as: UTF8.self) {
        case "IHDR" where length == 13:
            shape = Shape(
                size: PictureSize(height: bytes.bigEndian(start + 12), width: bytes.bigEndian(start + 8)),
                bits: Int(bytes[start + 16]), kind: bytes[start + 17])
        case "PLTE": break
        case "tRNS" where keepsTransparency: isClear = true
        case "IDAT": packed += length
        case "IEND": hasEnd = true
        default: return false
        }
        return true
    }
}
