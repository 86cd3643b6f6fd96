import CTurboJPEG

/// JPEG files, decoded by libjpeg-turbo.
enum JPEGPicture {
    static func header(of bytes: [UInt8], file: String) throws(DatasetError) -> PictureHeader {
        try withDecoder(file) { decoder throws(DatasetError) in try header(of: bytes, decoder, file).header }
    }

    /// Grey or red, green, blue; the orientation that a camera notes is not applied.
    static func decoded(
        _ bytes: [UInt8], _ header: PictureHeader, file: String
    ) throws(DatasetError) -> Picture {
        try withDecoder(file) { decoder throws(DatasetError) in
            let (_, isInks) = try self.header(of: bytes, decoder, file)
            let channels = header.isGrey ? 1 : isInks ? 4 : 3
            let format = header.isGrey ? TJPF_GRAY : isInks ? TJPF_CMYK : TJPF_RGB
            var pixels = [UInt8](repeating: 0, count: header.size.height * header.size.width * channels)
            // SAFETY: both arrays outlive the call; the decoder writes height rows of width × channels bytes.
            let status = bytes.withUnsafeBufferPointer { input in
                pixels.withUnsafeMutableBufferPointer { output in
                    tjDecompress2(
                        decoder, input.baseAddress, UInt(input.count), output.baseAddress,
                        Int32(header.size.width), Int32(header.size.width * channels),
                        Int32(header.size.height), format.rawValue,
                        Int32(TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS))
                }
            }
            if status != 0 { try refuse(decoder, file) }
            let picture = Picture(size: header.size, channels: channels, pixels: pixels)
            return isInks && !header.isGrey ? picture.withoutInks : picture
        }
    }

    private static func header(
        of bytes: [UInt8], _ decoder: tjhandle, _ file: String
    ) throws(DatasetError) -> (header: PictureHeader, isInks: Bool) {
        var (width, height, sampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
        // SAFETY: the decoder reads `count` bytes during the call only.
        let status = bytes.withUnsafeBufferPointer {
            tjDecompressHeader3(
                decoder, $0.baseAddress, UInt($0.count), &width, &height, &sampling, &space)
        }
        guard status == 0, width > 0, height > 0 else {
            throw .file(file, detail: "is a damaged JPEG picture: \(message(of: decoder))")
        }
        let size = PictureSize(height: Int(height), width: Int(width))
        // A block of 64 pixels takes some bits in every file: a larger claim is refused before memory is taken.
        guard size.height * size.width <= bytes.count * 2048 + 65_536 else {
            throw .file(file, detail: "says it has \(size) pixels, but holds \(bytes.count) bytes")
        }
        let isGrey = space == TJCS_GRAY.rawValue.asInt32
        let isInks = space == TJCS_CMYK.rawValue.asInt32 || space == TJCS_YCCK.rawValue.asInt32
        return (PictureHeader(size: size, isGrey: isGrey), isInks)
    }

    /// Cut data and errors are refused; remarks on bytes that change nothing are not.
    private static func refuse(_ decoder: tjhandle, _ file: String) throws(DatasetError) {
        let text = message(of: decoder)
        let isRemark = tjGetErrorCode(decoder) == TJERR_WARNING.rawValue.asInt32
        guard isRemark, !text.lowercased().contains("premature") else {
            throw .file(file, detail: "is a damaged JPEG picture: \(text)")
        }
    }

    private static func message(of decoder: tjhandle) -> String {
        tjGetErrorStr2(decoder).map { String(cString: $0) } ?? "unknown error"
    }

    private static func withDecoder<Result>(
        _ file: String, _ body: (tjhandle) throws(DatasetError) -> Result
    ) throws(DatasetError) -> Result {
        guard let decoder = tjInitDecompress() else {
            throw .file(file, detail: "cannot be decoded: libjpeg-turbo did not start")
        }
        defer { tjDestroy(decoder) }
        return try body(decoder)
    }
}

extension UInt32 {
    /// C enumerations are imported unsigned, while functions take int.
    fileprivate var asInt32: Int32 { Int32(truncatingIfNeeded: self) }
}

extension Picture {
    /// Red, green and blue of cyan, magenta, yellow and black as Adobe stores them, inverted.
    fileprivate var withoutInks: Picture {
        var converted: [UInt8] = []
        converted.reserveCapacity(pixels.count / 4 * 3)
        for place in stride(from: 0, to: pixels.count, by: 4) {
            let black = Int(pixels[place + 3])
            for ink in 0..<3 { converted.append(UInt8((Int(pixels[place + ink]) * black + 127) / 255)) }
        }
        return Picture(size: size, channels: 3, pixels: converted)
    }
}
