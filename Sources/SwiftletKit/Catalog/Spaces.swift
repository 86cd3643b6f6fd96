import Determinism
import Jobs
public import Reports
import SearchSpaces

/// What is known of search spaces.
public enum SpaceCommands {
    /// A space by name, or by the path of a file ending in `.yaml`.
    static func space(_ name: String, relativeTo base: String = "") throws -> SearchSpace {
        let file = try ShippedFiles.find(name, in: "search-spaces", relativeTo: base)
        return try SearchSpace(parsing: file.text, file: file.name)
    }

    /// Every known space.
    public static func list() throws -> SpacesAnswer {
        let spaces = try ShippedFiles.files(in: "search-spaces").map {
            try SearchSpace(parsing: $0.text, file: $0.name)
        }
        return SpacesAnswer(
            spaces: spaces.map { space in
                SpacesAnswer.Entry(
                    name: space.name, title: space.title, choices: space.dimensions.count,
                    points: "\(space.count)")
            })
    }

    /// What can be chosen in a space.
    public static func show(_ name: String) throws -> SpaceAnswer {
        let space = try space(name)
        let input = space.referenceInput
        return SpaceAnswer(
            name: space.name, version: space.version, title: space.title,
            input: [input.height, input.width, input.channels], points: "\(space.count)",
            choices: space.dimensions.map {
                SpaceAnswer.Choice(choice: $0.name, options: $0.options)
            })
    }

    /// The exact number of a space's points.
    public static func count(_ name: String) throws -> SpaceCountAnswer {
        let space = try space(name)
        return SpaceCountAnswer(name: space.name, points: "\(space.count)")
    }

    /// Random points of a space.
    ///
    /// - Parameters:
    ///   - count: from 1 to 1,000,000.
    ///   - seed: not negative; the same seed gives the same points.
    public static func sample(_ name: String, count: Int = 10, seed: Int = 1) throws -> SpaceSampleAnswer {
        try KitError.require(count, in: 1...1_000_000, name: "count")
        try KitError.require(seed, in: 0...Int.max, name: "seed")
        let space = try space(name)
        var random = RandomStream(seed: UInt64(seed), .proposal)
        return SpaceSampleAnswer(
            space: space.name,
            candidates: (0..<count).map { _ in
                let genotype = space.sample(using: &random)
                return SpaceSampleAnswer.Point(
                    id: space.id(of: genotype), architecture: space.architecture(of: genotype),
                    compression: space.compression(of: genotype))
            })
    }
}
