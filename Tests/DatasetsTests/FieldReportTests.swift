import Datasets
import Foundation
import Testing

/// Small files made after public reports of data that others misread.
@Suite("Reports from the field", .enabled(if: isPresent("field")))
struct FieldReportTests {
    private func load(_ name: String, _ options: TabularOptions = TabularOptions()) throws -> Dataset {
        let path = dataFolder.appending(path: "field/data/\(name)").path
        let source: DatasetSource =
            name.hasSuffix(".npz") ? .npz : name.hasSuffix(".tar.gz") ? .wavFolder : .csv
        return try Dataset(DatasetRequest(source: source, path: path, table: options))
    }

    @Test(
        "A table is read for what it is",
        arguments: [
            ("plain.csv", 240, 4, 3), ("no-header.csv", 240, 4, 3), ("space-after-comma.csv", 240, 4, 3),
            ("no-space-after-comma.csv", 240, 4, 3), ("class-trailing-space.csv", 240, 4, 3),
            ("tiny-units.csv", 240, 4, 3), ("far-class-ids.npz", 0, 0, 3),
        ])
    func readsTables(_ name: String, _ samples: Int, _ features: Int, _ classes: Int) throws {
        let dataset = try load(name)
        #expect(samples == 0 || dataset.count == samples && dataset.sampleSize == features)
        #expect(dataset.classNames.count == classes)
    }

    static let refused: [(String, String)] = [
        ("missing-mark-first-row.csv", ".csv:2: x: expected a finite number, got '?'"),
        ("missing-mark-row-101.csv", ".csv:102: "),
        ("nul-in-number.csv", "holds a NUL byte"),
        ("latin1-classes.csv", "is not UTF-8 text; say encoding: latin1"),
        ("utf16.csv", "is UTF-16 text; say encoding: utf-16"),
        ("cr-only.csv", "ends its lines in carriage returns alone"),
        ("zip-named.csv", "is a ZIP archive"),
        ("semicolon-decimal-comma.csv", "say separator: ';', decimal: ','"),
    ]

    @Test("A table that is not what it seems is refused, saying what it is", arguments: refused)
    func refusesTables(_ name: String, _ message: String) {
        #expect { try load(name) } throws: { "\($0)".contains(message) }
    }

    static let told: [(String, CSVFormat)] = [
        ("latin1-classes.csv", CSVFormat(encoding: .latin1)), ("utf16.csv", CSVFormat(encoding: .utf16)),
        ("semicolon-decimal-comma.csv", CSVFormat(separator: .semicolon, decimal: .comma)),
        ("missing-mark-first-row.csv", CSVFormat(missing: ["?"])),
    ]

    @Test("What the refusal asks for makes the table readable", arguments: told)
    func readsWhenTold(_ name: String, _ format: CSVFormat) throws {
        var options = TabularOptions()
        options.format = format
        let dataset = try load(name, options)
        #expect(dataset.sampleSize == 4 && dataset.classNames.count == 3)
    }

    @Test("Tiny units are normalised as others are")
    func tinyUnitsAreNoConstants() throws {
        let (plain, tiny) = (try load("plain.csv"), try load("tiny-units.csv"))
        let samples = Array(0..<240)
        let (a, b) = (
            Normalization(fitting: plain, samples: samples, period: 4),
            Normalization(fitting: tiny, samples: samples, period: 4)
        )
        for feature in 0..<4 { #expect((b.scales[feature] / a.scales[feature] / 1e7 - 1).magnitude < 1e-2) }
    }

    @Test("Classes of two samples keep one to train on")
    func longTailIsTrained() throws {
        let dataset = try load("long-tail.csv")
        let split = try DataSplit(
            dataset, SplitRules(validation: .fraction(0.2), test: .fraction(0.2), seed: 1))
        #expect(Set(split.train.map { dataset.labels[$0] }).count == dataset.classNames.count)
    }

    @Test("Recordings: classes in two folders, unfinished headers, few speakers")
    func readsRecordings() throws {
        #expect(try load("class-in-two-folders.tar.gz").classNames == ["high", "low"])
        let unfinished = try load("unfinished-header.tar.gz")
        #expect(
            (0..<unfinished.count).allSatisfy { index in
                unfinished.sample(index).contains { $0 > unfinished.background + 1 }
            })
        let rules = SplitRules(basis: .group, seed: 1)
        #expect { try DataSplit(load("two-speakers.tar.gz"), rules) } throws: {
            "\($0)".contains("2 groups cannot be divided")
        }
        let split = try DataSplit(load("three-speakers.tar.gz"), rules)
        #expect(!split.test.isEmpty && !split.validation.isEmpty && !split.train.isEmpty)
    }
}
