import Determinism
import Foundation
import Quantities
import ReaderMutations
import Reports
import SwiftletKit

/// What a person or another computer hands over beside data sets.
public enum InputKind: String, CaseIterable, Sendable {
    case databasePages, databaseValues, bundle, measurements, probeTimes, jobFile
}

/// Hands damaged inputs to every verb that reads them; whatever they hold, the answer is one or an error in a sentence.
public struct InputRun: Sendable {
    /// Verbs that answered.
    public private(set) var answered = 0
    /// Verbs that refused their input with an error.
    public private(set) var refused = 0
    /// What broke the rules: the number of the input and what it did.
    public private(set) var complaints: [String] = []

    private let seeds: InputSeeds
    private let folder: String

    /// Damages `count` inputs, of all kinds in turn, each keyed by seed and number.
    ///
    /// - Parameters:
    ///   - first: the number of the first, to begin where another run ended.
    ///   - folder: an existing folder for the inputs.
    public init(
        count: Int, seed: UInt64, from first: Int = 0, kinds: [InputKind] = InputKind.allCases,
        seeds: InputSeeds, in folder: String
    ) throws {
        self.seeds = seeds
        self.folder = "\(folder)/box"
        for number in first..<first + count {
            var random = RandomStream(seed: seed, .proposal, UInt64(number))
            try prepareBox()
            let before = answered + refused
            try attack(kinds[number % kinds.count], using: &random, number: number)
            if answered + refused == before { complaints.append("\(number): nothing was asked") }
            try checkBox(in: folder, number)
        }
    }

    private mutating func attack(_ kind: InputKind, using random: inout RandomStream, number: Int) throws {
        switch kind {
        case .databasePages:
            try write(Mutation.damage(seeds.database, using: &random), to: "results/db.sqlite")
            readDatabase(number)
        case .databaseValues:
            try write(seeds.database, to: "results/db.sqlite")
            try DatabaseDamage.change("\(folder)/results/db.sqlite", using: &random)
            readDatabase(number)
        case .bundle: try readBundle(using: &random, number)
        case .measurements:
            try write(seeds.database, to: "results/db.sqlite")
            let file = try write(Mutation.damage(seeds.measurements, using: &random), to: "times.csv")
            ask(number) { [folder] in
                try ingestMeasurements(
                    file, job: InputSeeds.job, device: InputSeeds.device,
                    database: "\(folder)/results/db.sqlite")
            }
        case .probeTimes:
            let file = try write(Mutation.damage(seeds.probeTimes, using: &random), to: "times.csv")
            ask(number) { [folder] in
                try DeviceCommands.calibrate(
                    CalibrationRequest(
                        device: InputSeeds.device, measurements: file, space: "tiny-image",
                        output: "\(folder)/out.yaml"))
            }
        case .jobFile:
            let file = try write(Mutation.damage(seeds.jobFile, using: &random), to: "job.yaml")
            ask(number) { [folder] in
                try plan(of: SearchRequest(job: file, threads: 1, database: "\(folder)/results/db.sqlite"))
            }
        }
    }

    private mutating func readBundle(using random: inout RandomStream, _ number: Int) throws {
        let damaged = random.index(below: seeds.bundle.count)
        for (index, file) in seeds.bundle.enumerated() {
            let bytes = index == damaged ? Mutation.damage(file.bytes, using: &random) : file.bytes
            try write(bytes, to: "bundle/\(file.name)")
        }
        ask(number) { [folder] in try ModelCommands.verify("\(folder)/bundle") }
    }

    /// Every verb that reads a database.
    private mutating func readDatabase(_ number: Int) {
        for file in seeds.jobFiles {
            _ = try? write(file.bytes, to: "results/\(InputSeeds.job)/\(file.name)")
        }
        let (database, job, device) = ("\(folder)/results/db.sqlite", InputSeeds.job, InputSeeds.device)
        let candidate = seeds.candidate
        let review: Review
        do { review = try Review(database: database) } catch { return note(error, number) }
        ask(number) { try review.jobs() }
        ask(number) { try review.front(of: job, on: device, includesAll: true, hasPicture: true) }
        ask(number) { try review.history(of: job) }
        ask(number) { try review.selection(of: job, for: device) }
        askForText(number) { try review.page(about: job).html }
        ask(number) { [folder] in
            try review.export(
                ExportRequest(job: job, candidate: candidate, output: "\(folder)/exported", replacing: true))
        }
        ask(number) { [folder] in try merge(database, into: "\(folder)/merged/db.sqlite") }
        ask(number) { try checkDatabase(database) }
    }

    private mutating func ask(_ number: Int, _ verb: () throws -> some Answer) {
        do {
            let answer = try verb()
            for format in [AnswerFormat.table, .json, .csv] { _ = try answer.text(as: format) }
            answered += 1
        } catch {
            note(error, number)
        }
    }

    private mutating func askForText(_ number: Int, _ verb: () throws -> String) {
        do {
            let text = try verb()
            answered += 1
            if text.contains(#/\bnan\b/#) { complaints.append("\(number): a page with 'nan'") }
        } catch {
            note(error, number)
        }
    }

    private mutating func note(_ error: any Error, _ number: Int) {
        refused += 1
        let sentence = error.words.printable
        if sentence.contains("Error Domain") || sentence.isEmpty || sentence.count > 2000 {
            complaints.append("\(number): \(sentence.prefix(200))")
        }
    }

    // MARK: The box

    private func prepareBox() throws {
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(
            atPath: "\(folder)/results", withIntermediateDirectories: true)
    }

    /// Whether something was written beside the folders that the verbs were given.
    private mutating func checkBox(in parent: String, _ number: Int) throws {
        let known = ["results", "bundle", "times.csv", "job.yaml", "out.yaml", "exported", "merged"]
        let around = ["box", "seed", "seed-bundle", "job.yaml", "whole.sqlite"]
        let found =
            try FileManager.default.contentsOfDirectory(atPath: folder).filter { !known.contains($0) }
            + FileManager.default.contentsOfDirectory(atPath: parent).filter { !around.contains($0) }
        if !found.isEmpty { complaints.append("\(number): wrote \(found.sorted().joined(separator: ", "))") }
    }

    @discardableResult
    private func write(_ bytes: [UInt8], to name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try FileManager.default.createDirectory(
            at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }
}
