import Datasets
import Quantities
import YAMLReader

extension TabularOptions {
    /// The keys of `dataset:` that say how tables and arrays become samples.
    init(_ keys: inout YAMLSection, _ task: LearningTask, folder: String) throws(YAMLError) {
        self.init()
        self.task = task
        target = try keys.optional("target")?.string()
        features = try keys.optional("features")?.words()
        ignored = try keys.optional("ignore")?.words() ?? []
        categorical = try keys.optional("categorical")?.words() ?? []
        group = try keys.optional("group")?.string()
        time = try keys.optional("time")?.string()
        shape = try keys.optional("shape")?.sampleShape()
        classNames = try keys.optional("class_names")?.words()
        normal = try keys.optional("normal")?.string()
        files = try keys.optional("files")?.string()
        baselineRows = try keys.optional("baseline_rows")?.int(in: 2...1_000_000_000)
        window = try keys.optional("window").map { node throws(YAMLError) in try SlidingWindow(node) }
        remainingLife = try keys.optional("remaining_life").map { node throws(YAMLError) in
            try RemainingLife(node, folder: folder)
        }
        flagsMissing = try keys.optional("missing_flags")?.bool() ?? false
        format = try CSVFormat(&keys)
    }
}

extension CSVFormat {
    fileprivate init(_ keys: inout YAMLSection) throws(YAMLError) {
        self.init()
        separator = try keys.optional("separator")?.separator() ?? separator
        decimal = try keys.optional("decimal")?.choice(DecimalMark.self) ?? decimal
        if let node = try keys.optional("thousands") {
            let mark = try node.thousandsMark()
            guard mark.rawValue != decimal.rawValue else {
                throw node.error("'\(decimal.rawValue)' stands before fractions already (decimal)")
            }
            thousands = mark
        }
        if let node = try keys.optional("signs") {
            signs = try node.words()
            guard signs.allSatisfy({ !$0.isEmpty && !$0.contains { $0.isNumber || "+-.,".contains($0) } })
            else {
                throw node.error("expected what stands beside numbers, such as ['$', '%']")
            }
        }
        encoding = try keys.optional("encoding")?.choice(TextEncoding.self) ?? encoding
        header = try keys.optional("header")?.choice(Header.self) ?? header
        missing = try keys.optional("missing")?.words() ?? []
    }
}

extension SlidingWindow {
    fileprivate init(_ node: YAMLNode) throws(YAMLError) {
        var keys = YAMLSection(node)
        self.init(
            length: try keys.required("length").int(in: 1...1_000_000),
            stride: try keys.optional("stride")?.int(in: 1...1_000_000) ?? 1,
            label: try keys.optional("label")?.choice(Label.self) ?? .last)
        try keys.end()
    }
}

extension RemainingLife {
    fileprivate init(_ node: YAMLNode, folder: String) throws(YAMLError) {
        var keys = YAMLSection(node)
        self.init(
            atMost: try keys.optional("at_most")?.double(in: 1...1e9),
            testFile: try keys.optional("test").map { node throws(YAMLError) in
                JobFile.path(try node.string(), in: folder)
            })
        try keys.end()
    }
}

extension LogMel {
    /// `sound:` – how recordings become pictures of frames × bands or coefficients.
    init(_ node: YAMLNode) throws(YAMLError) {
        var keys = YAMLSection(node)
        self.init()
        seconds = try keys.optional("seconds")?.double(in: 0.01...3600) ?? seconds
        windowSeconds = try keys.optional("window")?.double(in: 0.001...10) ?? windowSeconds
        hopSeconds = try keys.optional("hop")?.double(in: 0.001...10) ?? hopSeconds
        bands = try keys.optional("bands")?.int(in: 1...1024) ?? bands
        lowestHertz = try keys.optional("lowest_hz")?.double(in: 0...1e6) ?? lowestHertz
        highestHertz = try keys.optional("highest_hz")?.double(in: 1...1e6) ?? highestHertz
        coefficients = try keys.optional("mfcc")?.int(in: 1...1024)
        silences = try keys.optional("silence")?.int(in: 0...100_000) ?? 0
        sampleRate = try keys.optional("sample_rate_hz")?.int(in: 1000...768_000)
        try keys.end()
    }
}

extension PictureOptions {
    /// `resize:` – the size of a sample, how a picture fills it, and its channels.
    init(_ node: YAMLNode) throws(YAMLError) {
        var keys = YAMLSection(node)
        self.init(
            size: try keys.optional("size")?.pictureSize(),
            fit: try keys.optional("fit")?.choice(Fit.self) ?? .crop,
            colour: try keys.optional("colour")?.choice(Colour.self))
        try keys.end()
    }
}

extension YAMLNode {
    /// A list of texts, which may be empty texts; a single text is a list of one.
    fileprivate func words() throws(YAMLError) -> [String] {
        var words: [String] = []
        for item in isSequence ? try list() : [self] { words.append(try item.string()) }
        return words
    }

    /// `;`, `tab`, `space` and so on; also the character itself.
    fileprivate func separator() throws(YAMLError) -> CSVFormat.Separator {
        switch try string() {
        case "\t", "\\t": return .tab
        case " ": return .space
        case "comma": return .comma
        case "semicolon": return .semicolon
        case let text:
            guard let separator = CSVFormat.Separator(rawValue: text) else {
                throw error("expected one of ',', ';', '|', tab, space, got '\(text)'")
            }
            return separator
        }
    }

    /// `,`, `.`, `space` or `'`; also a blank itself.
    fileprivate func thousandsMark() throws(YAMLError) -> CSVFormat.ThousandsMark {
        guard try string() != " " else { return .space }
        return try choice(CSVFormat.ThousandsMark.self)
    }

    /// `96`, or `64x96` for height × width.
    fileprivate func pictureSize() throws(YAMLError) -> PictureSize {
        let numbers = try string().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(numbers.count), let height = numbers[0],
            let width = numbers[numbers.count - 1],
            (1...4096).contains(height), (1...4096).contains(width)
        else { throw error("expected a size such as 96 or 64x96, got \(summary)") }
        return PictureSize(height: height, width: width)
    }

    /// `[height, width, channels]`, or `128x1x3`.
    fileprivate func sampleShape() throws(YAMLError) -> [Int] {
        var extents: [Int?] = []
        if isSequence {
            for item in try list() { extents.append(try item.int()) }
        } else {
            extents = try string().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        }
        let shape = extents.compactMap(\.self)
        guard shape.count == 3, extents.count == 3, shape.allSatisfy({ (1...1_000_000).contains($0) }) else {
            throw error("expected height, width and channels such as 128x1x3, got \(summary)")
        }
        return shape
    }
}
