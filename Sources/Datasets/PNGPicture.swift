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
        self.file = file
        var essential = Array(bytes[..<min(8, bytes.count)])
        essential.reserveCapacity(bytes.count)
        var shape: (size: PictureSize, bits: Int, kind: UInt8)?
        var (offset, packed, hasEnd, isClear) = (8, 0, false, false)
        while offset + 12 <= bytes.count, !hasEnd {
            let length = bytes.bigEndian(offset)
            guard length <= bytes.count - offset - 12 else { break }
            let end = offset + 12 + length
            let name = String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self)
            switch name {
            case "IHDR" where length == 13:
                shape = (
                    PictureSize(height: bytes.bigEndian(offset + 12), width: bytes.bigEndian(offset + 8)),
                    Int(bytes[offset + 16]), bytes[offset + 17]
                )
                essential += bytes[offset..<end]
            case "PLTE": essential += bytes[offset..<end]
            case "tRNS" where keepsTransparency:
                isClear = true
                essential += bytes[offset..<end]
            case "IDAT":
                packed += length
                essential += bytes[offset..<end]
            case "IEND":
                hasEnd = true
                essential += bytes[offset..<end]
            default: break
            }
            offset = end
        }
        guard let shape else { throw .byte(file: file, offset: 8, detail: "is a PNG file without header") }
        guard hasEnd else { throw .file(file, detail: "is truncated: the PNG file has no end") }
        let channels: Int? =
            switch shape.kind {
            case 0, 3: 1
            case 2: 3
            case 4: 2
            case 6: 4
            default: nil
            }
        guard let channels, [1, 2, 4, 8, 16].contains(shape.bits) else {
            throw .byte(file: file, offset: 24, detail: "its colour type \(shape.kind) is none of PNG's")
        }
        header = PictureHeader(size: shape.size, isGrey: shape.kind == 0 || shape.kind == 4)
        hasAlpha = shape.kind >= 4 || isClear
        // Deflate packs 1,032 bytes into one at most: a larger claim is refused before memory is taken.
        if shape.size.isPossible {
            let raw = shape.size.height * ((shape.size.width * channels * shape.bits + 7) / 8)
            guard raw <= packed * 1032 + 64 else {
                throw .file(
                    file, detail: "says it has \(shape.size) pixels, but holds \(packed) packed bytes")
            }
        }
        self.essential = essential
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
