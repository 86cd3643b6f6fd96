/// What pictures become before a network sees them.
public struct PictureOptions: Hashable, Sendable {
    /// Height and width of a sample; nil where all pictures have one size already.
    public var size: PictureSize?
    /// How pictures of another aspect ratio fill the size.
    public var fit: Fit
    /// Nil for grey where all pictures are grey, else red, green and blue.
    public var colour: Colour?
    /// Bytes of decoded pictures that are kept in memory; the others are decoded each time.
    public var cacheLimit = 256 << 20

    /// Options; pictures keep their size, and grey ones stay grey, unless stated otherwise.
    public init(size: PictureSize? = nil, fit: Fit = .crop, colour: Colour? = nil) {
        self.size = size
        self.fit = fit
        self.colour = colour
    }

    /// How a picture of another aspect ratio fills the size; the raw value is the name in job files.
    public enum Fit: String, Hashable, Sendable, CaseIterable {
        /// The largest part around its middle that has the aspect ratio.
        case crop
        /// The whole picture, with black beside it.
        case pad
        /// The whole picture, distorted.
        case stretch
    }

    /// The channels of a sample; the raw value is the name in job files.
    public enum Colour: String, Hashable, Sendable, CaseIterable {
        case grey
        case rgb
        case rgba

        var channels: Int {
            switch self {
            case .grey: 1
            case .rgb: 3
            case .rgba: 4
            }
        }
    }
}

/// Height and width in pixels.
public struct PictureSize: Hashable, Sendable, CustomStringConvertible {
    /// Rows of pixels.
    public var height: Int
    /// Columns of pixels.
    public var width: Int

    /// A size in pixels.
    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// Such as `28×28`.
    public var description: String { "\(height)×\(width)" }

    /// No picture may have more pixels, so that a small hostile file cannot fill the memory.
    static let mostPixels = 40_000_000

    /// Whether both sides are positive and the picture is not too large.
    var isPossible: Bool {
        height > 0 && width > 0 && height <= 1 << 16 && width <= 1 << 16
            && height * width <= PictureSize.mostPixels
    }
}
