import Determinism

/// Random changes of training samples that keep their meaning.
///
/// What happens to a sample depends on (seed, epoch, sample) alone.
public struct Augmentation: Hashable, Sendable {
    /// Moved up to so many rows (frames of a spectrogram) up or down; the background fills what is left.
    public var shiftRows = 0
    /// Moved up to so many columns left or right.
    public var shiftColumns = 0
    /// Half of the samples are mirrored left to right.
    public var flipsHorizontally = false
    /// The side of a square set to the mean, at a random place that may reach over the edge; 0 for none.
    public var cutOut = 0
    /// The deviation of normal noise added to normalised values; 0 for none.
    public var noise: Float = 0
    /// A run of up to so many rows set to the mean (SpecAugment's time mask, Park 2019); 0 for none.
    public var maskedRows = 0
    /// Each channel's brightness is scaled by up to this share either way, and all channels by another; 0 for none.
    public var colour: Float = 0
    /// A run of up to so many columns set to the mean (SpecAugment's frequency mask); 0 for none.
    public var maskedColumns = 0

    /// How strongly the trainer blends a sample with another of its batch, and its class or number with the other's.
    ///
    /// It is α of a Beta(α, α) in 0…1 (Zhang and others 2018); 0 for not at all.
    public var mixUp: Float = 0

    /// No augmentation; set what is wanted.
    public init() {}

    /// Samples stay as they are.
    public static let none = Augmentation()

    /// For images of things that may stand anywhere and either way are written the same.
    public static func image(shift: Int = 2, cutOut: Int = 0, flips: Bool = false) -> Augmentation {
        var augmentation = Augmentation()
        (augmentation.shiftRows, augmentation.shiftColumns) = (shift, shift)
        augmentation.cutOut = cutOut
        augmentation.flipsHorizontally = flips
        return augmentation
    }

    /// For spectrograms: time shift, a time and a band mask, noise.
    public static func spectrogram(
        shift: Int = 5, maskedRows: Int = 6, maskedColumns: Int = 5, noise: Float = 0.1
    ) -> Augmentation {
        var augmentation = Augmentation()
        augmentation.shiftRows = shift
        (augmentation.maskedRows, augmentation.maskedColumns) = (maskedRows, maskedColumns)
        augmentation.noise = noise
        return augmentation
    }
}

extension Augmentation {
    /// Changes the raw values of one sample: mirrors and moves it.
    func move(
        _ values: inout MutableSpan<Float>, shape: [Int], background: Float, using random: inout RandomStream
    ) {
        let (height, width, channels) = (shape[0], shape[1], shape[2])
        let mirrored = flipsHorizontally && random.next() & 1 == 1
        // Along an axis of one nothing can be moved: what windows of rows are shifted by is time alone.
        let down = height > 1 ? random.offset(upTo: shiftRows) : 0
        let right = width > 1 ? random.offset(upTo: shiftColumns) : 0
        guard mirrored || down != 0 || right != 0 else { return }
        let still = (0..<values.count).map { values[$0] }
        for i in still.indices { values[i] = background }
        let columns = max(0, right)..<max(min(width, width + right), max(0, right))
        guard !columns.isEmpty else { return }
        for row in max(0, down)..<max(min(height, height + down), max(0, down)) {
            let (from, to) = ((row - down) * width, row * width)
            guard mirrored else {
                values.take(
                    still.span, from: (from + columns.lowerBound - right) * channels,
                    to: (to + columns.lowerBound) * channels, count: columns.count * channels)
                continue
            }
            for column in columns {
                values.take(
                    still.span, from: (from + width - 1 - (column - right)) * channels,
                    to: (to + column) * channels, count: channels)
            }
        }
    }

    /// Scales the raw values of one picture: all channels by one factor, each by another.
    func recolour(_ values: inout MutableSpan<Float>, channels: Int, using random: inout RandomStream) {
        guard colour > 0 else { return }
        let brightness = 1 + colour * (2 * random.uniform() - 1)
        let factors = (0..<channels).map { _ in brightness * (1 + colour * (2 * random.uniform() - 1)) }
        for i in 0..<values.count { values[i] *= factors[i % channels] }
    }

    /// Changes the normalised values of one sample, whose mean is 0: cut-out, masks and noise.
    func disturb(_ values: inout MutableSpan<Float>, shape: [Int], using random: inout RandomStream) {
        let (height, width) = (shape[0], shape[1])
        if cutOut > 0 {
            let top = random.index(below: height) - cutOut / 2
            let left = random.index(below: width) - cutOut / 2
            clear(
                &values, shape, rows: max(top, 0)..<max(min(top + cutOut, height), max(top, 0)),
                columns: max(left, 0)..<max(min(left + cutOut, width), max(left, 0)))
        }
        if maskedRows > 0 {
            clear(&values, shape, rows: random.run(upTo: maskedRows, in: height), columns: 0..<width)
        }
        if maskedColumns > 0 {
            clear(&values, shape, rows: 0..<height, columns: random.run(upTo: maskedColumns, in: width))
        }
        if noise > 0 {
            for i in 0..<values.count { values[i] += noise * random.approximatelyNormal() }
        }
    }

    private func clear(
        _ values: inout MutableSpan<Float>, _ shape: [Int], rows: Range<Int>, columns: Range<Int>
    ) {
        for row in rows {
            let start = (row * shape[1] + columns.lowerBound) * shape[2]
            for i in start..<start + columns.count * shape[2] { values[i] = 0 }
        }
    }
}

extension MutableSpan<Float> {
    /// Takes over a run of numbers of another sample.
    fileprivate mutating func take(_ source: Span<Float>, from: Int, to: Int, count: Int) {
        let run = source.extracting(from..<from + count)
        for i in 0..<count { self[to + i] = run[i] }
    }
}

extension RandomStream {
    /// Uniform in −limit…limit.
    fileprivate mutating func offset(upTo limit: Int) -> Int {
        limit > 0 ? index(below: 2 * limit + 1) - limit : 0
    }

    /// A run of 0 to `longest` places somewhere in 0..<count.
    fileprivate mutating func run(upTo longest: Int, in count: Int) -> Range<Int> {
        let length = Swift.min(index(below: longest + 1), count)
        let start = index(below: count - length + 1)
        return start..<start + length
    }

    /// The sum of four 16-bit uniforms, with mean 0 and deviation 1: close enough to normal for noise, and one draw.
    fileprivate mutating func approximatelyNormal() -> Float {
        let bits = next()
        let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48)
        return (Float(sum) - 131_070) * (1 / 37_837.3)
    }
}
