/// Every known search space: what `spaces list` answers.
public struct SpacesAnswer: Answer, Hashable {
    /// By name.
    public var spaces: [Entry]

    /// One space.
    public struct Entry: Codable, Hashable, Sendable {
        /// Its name and title.
        public var name, title: String
        /// How many choices it has.
        public var choices: Int
        /// How many points, exactly, in decimal digits.
        public var points: String

        /// A space.
        public init(name: String, title: String, choices: Int, points: String) {
            self.name = name
            self.title = title
            self.choices = choices
            self.points = points
        }
    }

    /// A list of spaces.
    public init(spaces: [Entry]) { self.spaces = spaces }

    /// One row a space.
    public var csv: CSVRows {
        get throws { try CSVRows(["name", "title", "choices", "points"], of: spaces) }
    }

    /// One line a space.
    public func table(_ style: TableStyle) -> String {
        var table = TextTable([("space", .left), ("choices", .right), ("points", .right), ("title", .left)])
        for space in spaces { table.append([space.name, "\(space.choices)", space.points, space.title]) }
        return table.text
    }
}

/// What can be chosen in a space: what `spaces show` answers.
public struct SpaceAnswer: Answer, Hashable {
    /// The space's name.
    public var name: String
    /// The version of its file.
    public var version: Int
    /// Its title.
    public var title: String
    /// Height, width and channels of the input that it was made for.
    public var input: [Int]
    /// How many points, exactly, in decimal digits.
    public var points: String
    /// What can be chosen.
    public var choices: [Choice]

    /// One choice.
    public struct Choice: Codable, Hashable, Sendable {
        /// Its name.
        public var choice: String
        /// What can be chosen.
        public var options: [String]

        /// A choice.
        public init(choice: String, options: [String]) {
            self.choice = choice
            self.options = options
        }
    }

    /// A space.
    public init(
        name: String, version: Int, title: String, input: [Int], points: String, choices: [Choice]
    ) {
        self.name = name
        self.version = version
        self.title = title
        self.input = input
        self.points = points
        self.choices = choices
    }

    /// One row a choice.
    public var csv: CSVRows { get throws { try CSVRows(["choice", "options"], of: choices) } }

    /// Title and size, then one line a choice.
    public func table(_ style: TableStyle) -> String {
        var table = TextTable([("choice", .left), ("options", .left)])
        for choice in choices { table.append([choice.choice, choice.options.joined(separator: ", ")]) }
        return "\(name) version \(version): \(title)\n\(points) points\n\n\(table.text)"
    }
}

/// The number of a space's points: what `spaces count` answers.
public struct SpaceCountAnswer: Answer, Hashable {
    /// The space's name.
    public var name: String
    /// How many points, exactly, in decimal digits.
    public var points: String

    /// A count.
    public init(name: String, points: String) {
        self.name = name
        self.points = points
    }

    /// One row.
    public var csv: CSVRows { get throws { try CSVRows(of: [self]) } }

    /// The number.
    public func table(_ style: TableStyle) -> String { "\(points)\n" }
}

/// Random points of a space: what `spaces sample` answers.
public struct SpaceSampleAnswer: Answer, Hashable {
    /// The space's name.
    public var space: String
    /// In the order in which they were drawn.
    public var candidates: [Point]

    /// One point.
    public struct Point: Codable, Hashable, Sendable {
        /// The candidate's id.
        public var id: String
        /// In the space's own encoding.
        public var architecture: String
        /// Such as `int8`, or `none`.
        public var compression: String

        /// A point.
        public init(id: String, architecture: String, compression: String) {
            self.id = id
            self.architecture = architecture
            self.compression = compression
        }
    }

    /// Points of a space.
    public init(space: String, candidates: [Point]) {
        self.space = space
        self.candidates = candidates
    }

    /// One row a point.
    public var csv: CSVRows {
        get throws { try CSVRows(["id", "architecture", "compression"], of: candidates) }
    }

    /// One line a point.
    public func table(_ style: TableStyle) -> String {
        var table = TextTable([("candidate", .left), ("architecture", .left), ("compression", .left)])
        for point in candidates {
            table.append([String(point.id.prefix(12)), point.architecture, point.compression])
        }
        return table.text
    }
}
