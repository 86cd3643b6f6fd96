/// A decoded picture: rows from the top, pixels from the left, interleaved bytes.
struct Picture {
    let size: PictureSize
    /// 1 (grey), 3 (red, green, blue) or 4 (with alpha).
    let channels: Int
    let pixels: [UInt8]
}

/// What the head of a picture file says.
struct PictureHeader: Hashable {
    let size: PictureSize
    let isGrey: Bool
}

extension PictureHeader {
    init(of bytes: [UInt8], file: String) throws(DatasetError) {
        switch FileKind(bytes) {
        case .png: self = try PNGPicture(bytes, file: file).header
        case .jpeg: self = try JPEGPicture.header(of: bytes, file: file)
        case let kind:
            throw .file(file, detail: "is \(kind?.name ?? "no picture"); PNG and JPEG are read")
        }
        guard size.isPossible else {
            throw .file(
                file,
                detail: "says it has \(size) pixels; "
                    + (size.height < 1 || size.width < 1
                        ? "it is damaged" : "at most \(PictureSize.mostPixels) are read"))
        }
    }
}

extension Picture {
    /// Decodes a PNG or JPEG file; alpha is dropped unless it is asked for.
    init(decoding bytes: [UInt8], as colour: PictureOptions.Colour, file: String) throws(DatasetError) {
        let header = try PictureHeader(of: bytes, file: file)
        let decoded: Picture
        switch FileKind(bytes) {
        case .png:
            decoded = try PNGPicture(bytes, keepsTransparency: colour == .rgba, file: file).decoded()
        default: decoded = try JPEGPicture.decoded(bytes, header, file: file)
        }
        self = decoded.converted(to: colour)
    }

    /// The picture in other channels; grey is 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601), rounded.
    func converted(to colour: PictureOptions.Colour) -> Picture {
        let wanted = colour.channels
        guard wanted != channels else { return self }
        let count = size.height * size.width
        var converted = [UInt8](repeating: 255, count: count * wanted)
        let (source, from) = (pixels.span, channels)
        var target = converted.mutableSpan
        for pixel in 0..<count {
            let place = pixel * from
            let red = source[place]
            let (green, blue) = from == 1 ? (red, red) : (source[place + 1], source[place + 2])
            if wanted == 1 {
                target[pixel] = from == 1 ? red : Picture.luma(red, green, blue)
            } else {
                target[pixel * wanted] = red
                target[pixel * wanted + 1] = green
                target[pixel * wanted + 2] = blue
                if wanted == 4, from == 4 { target[pixel * wanted + 3] = source[place + 3] }
            }
        }
        return Picture(size: size, channels: wanted, pixels: converted)
    }

    private static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        // 16-bit fixed point, as Pillow has it.
        let sum: UInt32 = UInt32(red) * 19595 + UInt32(green) * 38470 + UInt32(blue) * 7471
        return UInt8((sum + 0x8000) >> 16)
    }
}
