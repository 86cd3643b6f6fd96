import Determinism
import Jobs
import SearchSpaces

/// What `swiftlet spaces` answers.
public enum SpaceCommands {
    /// A space by name, or by the path of a file ending in `.yaml`.
    static func space(_ name: String, relativeTo base: String = "") throws -> SearchSpace {
        let file = try ShippedFiles.find(name, in: "search-spaces", relativeTo: base)
        return try SearchSpace(parsing: file.text, file: file.name)
    }

    public static func list() throws -> Answer {
        let spaces = try ShippedFiles.files(in: "search-spaces").map {
            try SearchSpace(parsing: $0.text, file: $0.name)
        }
        var table = TextTable([("space", .left), ("choices", .right), ("points", .right), ("title", .left)])
        let records = spaces.map { space -> Record in
            table.append([space.name, "\(space.dimensions.count)", "\(space.count)", space.title])
            return [
                "name": .text(space.name), "title": .text(space.title),
                "choices": .integer(space.dimensions.count),
                "points": .text("\(space.count)"),
            ]
        }
        return Answer(
            json: .record(["spaces": .list(records.map(Field.record))]),
            columns: ["name", "title", "choices", "points"],
            rows: records, table: table.text)
    }

    public static func show(_ name: String) throws -> Answer {
        let space = try space(name)
        var table = TextTable([("choice", .left), ("options", .left)])
        let records = space.dimensions.map { dimension -> Record in
            table.append([dimension.name, dimension.options.joined(separator: ", ")])
            return ["choice": .text(dimension.name), "options": .list(dimension.options.map(Field.text))]
        }
        let input = space.referenceInput
        let json: Record = [
            "name": .text(space.name), "version": .integer(space.version), "title": .text(space.title),
            "input": .list([.integer(input.height), .integer(input.width), .integer(input.channels)]),
            "points": .text("\(space.count)"), "choices": .list(records.map(Field.record)),
        ]
        let heading = "\(space.name) version \(space.version): \(space.title)\n\(space.count) points\n\n"
        return Answer(
            json: .record(json), columns: ["choice", "options"], rows: records, table: heading + table.text)
    }

    public static func count(_ name: String) throws -> Answer {
        let space = try space(name)
        let record: Record = ["name": .text(space.name), "points": .text("\(space.count)")]
        return Answer(
            json: .record(record), columns: ["name", "points"], rows: [record], table: "\(space.count)\n")
    }

    public static func sample(_ name: String, count: Int, seed: Int) throws -> Answer {
        guard (1...1_000_000).contains(count) else {
            throw CommandError("--count must lie between 1 and 1000000")
        }
        guard seed >= 0 else { throw CommandError("--seed must not be negative") }
        let space = try space(name)
        var random = RandomStream(seed: UInt64(seed), .proposal)
        var table = TextTable([("candidate", .left), ("architecture", .left), ("compression", .left)])
        let records = (0..<count).map { _ -> Record in
            let genotype = space.sample(using: &random)
            let (id, architecture) = (space.id(of: genotype), space.architecture(of: genotype))
            let compression = space.compression(of: genotype)
            table.append([String(id.prefix(12)), architecture, compression])
            return ["id": .text(id), "architecture": .text(architecture), "compression": .text(compression)]
        }
        return Answer(
            json: .record(["space": .text(space.name), "candidates": .list(records.map(Field.record))]),
            columns: ["id", "architecture", "compression"], rows: records, table: table.text)
    }
}
