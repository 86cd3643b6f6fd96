import Archives
import Bundles
import Foundation
import Quantities
import Reports
import SwiftletKit
import Testing

/// Numbers and anomalies from a table to a bundle, written by `init` alone.
@Suite("Any task", .serialized)
struct AnyTaskTests {
    /// 400 rows whose number is 3·a − 2·b, and which are unusual where a row has c far off.
    private static let table: String = {
        let rows = (0..<400).map { i -> String in
            let (a, b) = (Double(i * 37 % 101) / 50, Double(i * 53 % 97) / 48)
            let isOdd = i % 10 == 3
            return "\(a),\(b),\(isOdd ? 9 : a - b),\(3 * a - 2 * b),\(isOdd ? 1 : 0)"
        }
        return "a,b,c,value,fault\n" + rows.joined(separator: "\n") + "\n"
    }()

    /// Writes the table and the job that `init` makes of it, shortened, and runs it.
    private func run(
        _ task: LearningTask, target: String, ignoring other: String, recipe: String? = nil,
        space: String? = nil
    ) async throws -> (
        folder: TemporaryFolder, candidate: CandidateAnswer
    ) {
        let folder = try TemporaryFolder()
        let data = try folder.write(Self.table, to: "table.csv")
        let output = "\(folder.path)/job.yaml"
        let text = try jobText(
            for: InitRequest(
                data: data, devices: ["raspberry-pi-4", "stm32h743"], target: target, task: task,
                output: output))
        #expect(text.contains(Self.recipes) == (task != .anomaly))
        let written = recipe == nil ? text : text.replacing(Self.recipes, with: "")
        let line = recipe.map { "compression: {recipe: [\($0)]}\nobjectives:" } ?? "objectives:"
        let family = space.map { "space: \($0)\n" } ?? ""
        try await SmallJob.run(
            in: folder,
            text: written.replacing("max_evaluations: 64", with: "max_evaluations: 4")
                .replacing("objectives:", with: family + line)
                .replacing("  split_seed: 1", with: "  ignore: [\(other)]\n  split_seed: 1"))
        let finals = try SmallJob.candidates(in: folder, of: "table", on: "raspberry-pi-4", at: .final)
        return (folder, try #require(finals.first))
    }

    /// What `init` writes of tables that have something to predict.
    private static let recipes =
        "compression: {recipe: [plain, distill(trees)]}   # trees: of the rows, and grown first\n"

    @Test("Networks learn a number and a class from trees alone", arguments: ["value", "fault"])
    func trees(target: String) async throws {
        let isNumber = target == "value"
        let (_, candidate) = try await run(
            isNumber ? .regression : .classification, target: target, ignoring: isNumber ? "fault" : "value",
            recipe: "distill(trees)")
        #expect(candidate.compression.contains("distill(trees)"))
        let test = try #require(candidate.quality.test)
        #expect(isNumber ? test < 1 : test > 0.95)
    }

    @Test("Trees teach no anomalies, whose job says so")
    func treesOfAnomalies() async {
        let error = await #expect(throws: (any Error).self) {
            try await run(
                .anomaly, target: "fault", ignoring: "value", recipe: "distill(trees)", space: "mlp")
        }
        #expect(error.map { "\($0)" }?.contains("trees teach classes or numbers") == true)
    }

    private func verified(_ candidate: CandidateAnswer, in folder: TemporaryFolder) throws {
        let output = "\(folder.path)/bundle"
        let answer = try SmallJob.review(folder).export(
            ExportRequest(job: "table", candidate: candidate.id, output: output))
        #expect(answer.files.contains("front-end.tflite"))
        let checks = try ModelCommands.verify(output)
        #expect(checks.isGood, "\(checks)")
        // What it takes to feed and read it without Swiftlet stands beside it.
        let bytes = try Data(contentsOf: URL(filePath: "\(output)/manifest.json"))
        let manifest = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        let quality = try #require(manifest["quality"] as? [String: Any])
        // JSONSerialization reads sixteen digits of a number only.
        let exact = try JSONDecoder().decode(ManifestFigures.self, from: bytes)
        #expect(exact.quality.test_quality == candidate.quality.test)
        #expect(
            (quality["metric"] as? String) == (manifest["task"] as? String == "anomaly" ? "roc_auc" : "rmse"))
        let table = (manifest["preprocessing"] as? [String: Any])?["table"] as? [String: Any]
        let columns = try #require(table?["columns"] as? [[String: Any]])
        #expect(columns.compactMap { $0["column"] as? String } == ["a", "b", "c"])
        let readme = try String(contentsOfFile: "\(output)/README.md", encoding: .utf8)
        #expect(readme.contains("| 2 | c | the number") && !readme.contains("argmax"))
    }

    @Test("Samples are written with the numbers, classes or anomalies that are true of them")
    func samples() async throws {
        for (task, target, other) in [
            (LearningTask.regression, "value", "fault"), (.anomaly, "fault", "value"),
        ] {
            let (folder, _) = try await run(task, target: target, ignoring: other)
            let output = "\(folder.path)/samples.npz"
            let answer = try ModelCommands.samples(
                of: "\(folder.path)/job.yaml", part: .test, output: output)
            let arrays = Dictionary(
                uniqueKeysWithValues: try NPZ.read(path: output).map { ($0.name, $0.array) })
            let (raw, label) = (try #require(arrays["raw"]), try #require(arrays["label"]))
            #expect(label.shape == [answer.samples] && raw.shape == [answer.samples, 1, 1, 3])
            for row in 0..<answer.samples {
                let (a, b, c) = (raw.floats[3 * row], raw.floats[3 * row + 1], raw.floats[3 * row + 2])
                let truth = task == .regression ? 3 * a - 2 * b : c == 9 ? 1 : 0
                #expect(abs(label.floats[row] - truth) < 1e-4)
            }
        }
    }

    @Test("A number is learned, its errors are shown, and the bundle verifies")
    func regression() async throws {
        let (folder, candidate) = try await run(.regression, target: "value", ignoring: "fault")
        #expect(candidate.quality.name == .quality)
        #expect((candidate.quality.test ?? 9) < 1)
        let tested = try #require(try SmallJob.review(folder).candidate(candidate.id, of: "table").tested)
        #expect(tested.metrics.map(\.metric) == ["rmse", "mae", "r2"] && tested.classes.isEmpty)
        #expect(tested.metrics[0].value == candidate.quality.test)
        try verified(candidate, in: folder)
    }

    @Test("Anomalies are told from normal rows, and counted")
    func anomalies() async throws {
        let (folder, candidate) = try await run(.anomaly, target: "fault", ignoring: "value")
        #expect((candidate.quality.test ?? 0) > 0.6)
        let tested = try #require(try SmallJob.review(folder).candidate(candidate.id, of: "table").tested)
        #expect(tested.classes.map(\.name) == ["normal", "anomaly"])
        #expect(tested.confusion.flatMap(\.self).reduce(0, +) == tested.samples)
        try verified(candidate, in: folder)
    }

    @Test("`init` judges by macro F1 where a class is ten times as frequent as another", arguments: [9, 11])
    func rareClasses(times: Int) throws {
        let folder = try TemporaryFolder()
        let rows = (0..<20 * (times + 1)).map {
            "\($0 * 37 % 101).5,\($0 % (times + 1) == 0 ? "rare" : "usual")"
        }
        let data = try folder.write("a,class\n" + rows.joined(separator: "\n") + "\n", to: "table.csv")
        let text = try jobText(
            for: InitRequest(data: data, devices: ["stm32h743"], output: "\(folder.path)/job.yaml"))
        #expect(text.contains("metric: macro_f1") == (times > 10))
    }

    @Test("`data check` points at columns that are filled in when the answer is known")
    func givenAway() throws {
        let folder = try TemporaryFolder()
        var state: UInt32 = 1
        let rows = (0..<1200).map { row -> String in
            state = state &* 1_103_515_245 &+ 12_345
            let key = state >> 12
            // Every tenth is faulty; half of the faults have a cause, and as many good ones as faults are new.
            let flags = [20, 5].map { key % $0 == 0 ? "1" : "0" }.joined(separator: ",")
            return "\(row * 37 % 101).5,\(flags),\(key % 10 == 0 ? "fault" : "good")"
        }
        let data = try folder.write(
            "a,cause,new,class\n" + rows.joined(separator: "\n") + "\n", to: "table.csv")
        let warnings = try checkData(data).warnings.filter { $0.contains("is it known before the answer?") }
        #expect(warnings.count == 1 && warnings[0].contains("with cause = 1.0 are of the class 'fault'"))
    }

    @Test("`init` names a device that is not known, and those that are near")
    func unknownDevice() throws {
        let folder = try TemporaryFolder()
        let data = try folder.write(Self.table, to: "table.csv")
        let request = InitRequest(data: data, devices: ["stm32h734"], output: "\(folder.path)/job.yaml")
        #expect { try jobText(for: request) } throws: {
            "\($0)".contains("unknown device 'stm32h734'; did you mean 'stm32")
        }
    }

    @Test(
        "`data check` gives the range of each feature and of the numbers to predict, and what is no feature")
    func ranges() throws {
        let folder = try TemporaryFolder()
        // Numbers from 1 to 200 in an order of their own; 3·n + 1 to predict.
        let rows = (0..<200).map { row -> String in
            let n = (row * 37) % 200 + 1
            return "\(row),\(n),\(n % 2 == 0 ? "even" : "odd"),\(n % 7 == 0 ? 1 : 2),\(3 * n + 1).5"
        }
        let data = try folder.write(
            "id,n,kind,spare,value\n" + rows.joined(separator: "\n") + "\n", to: "t.csv")
        let job = try folder.write(
            """
            version: 1
            name: t
            dataset: {source: csv, path: t.csv, target: value, task: regression, ignore: [id], features: [n, kind], split_seed: 1}
            space: mlp
            devices: [stm32h743]
            search: {max_evaluations: 2}
            """, to: "t.yaml")
        let answers = [try checkData(data), try checkData(job)]
        #expect(answers[0].leftOut.map(\.column) == ["id", "value"])
        #expect(answers[0].leftOut.map(\.reason) == ["identifiers tell nothing", "is predicted"])
        #expect(answers[1].leftOut.map(\.column) == ["id", "spare", "value"])
        #expect(
            answers[1].leftOut.map(\.reason) == ["is ignored", "is not among the features", "is predicted"])
        for answer in answers {
            let target = try #require(answer.target)
            let n = try #require(answer.features.first { $0.name == "n" })
            // What follows from the line 3·n + 1.5, whichever rows were drawn for training.
            #expect(target.minimum == 3 * n.minimum + 1.5 && target.maximum == 3 * n.maximum + 1.5)
            #expect(abs(target.mean - (3 * n.mean + 1.5)) < 1e-3 && n.minimum < 10 && n.maximum > 190)
            #expect(target.deviation > 160 && target.deviation < 185)
            let shares = answer.features.filter { $0.name.hasPrefix("kind=") }.map(\.mean)
            #expect(shares.count == 2 && abs(shares.reduce(0, +) - 1) < 1e-9)
            let text = try answer.text(as: .table, style: TableStyle(width: 80))
            #expect(text.contains("to predict: ") && text.contains("no features: id ("))
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        }
    }

    @Test("Groups that a job divides on purpose are no doubt", arguments: [true, false])
    func dividedGroups(isAsked: Bool) throws {
        let folder = try TemporaryFolder()
        let rows = (0..<160).map { "m\($0 / 40),\($0 * 37 % 101).5,\($0 % 3 == 0 ? "bad" : "fine")" }
        _ = try folder.write("machine,a,state\n" + rows.joined(separator: "\n") + "\n", to: "t.csv")
        let job = try folder.write(
            """
            version: 1
            name: t
            dataset: {source: csv, path: t.csv, group: machine\(isAsked ? ", test: {after: 30}" : "")}
            space: mlp
            devices: [stm32h743]
            search: {max_evaluations: 2}
            """, to: "t.yaml")
        #expect(
            try checkData(job).warnings.contains { $0.contains("groups have samples in several") } != isAsked)
    }

    @Test("`init` takes the tables of a folder that fit a pattern, where others have other columns")
    func choosesFiles() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/data", withIntermediateDirectories: true)
        for name in ["run-1", "run-2", "notes"] {
            let rows = (0..<60).map { "\($0 * 37 % 101).5,\($0 * 7 % 5),\($0 % 2 == 0 ? "a" : "b")" }
            _ = try folder.write(
                (name == "notes" ? "other" : "x") + ",y2,state\n" + rows.joined(separator: "\n") + "\n",
                to: "data/\(name).csv")
        }
        var request = InitRequest(
            data: "\(folder.path)/data", devices: ["stm32h743"], output: "\(folder.path)/job.yaml")
        #expect { try jobText(for: request) } throws: { "\($0)".contains("by files: PATTERN") }
        request.files = "run-*.csv"
        let text = try jobText(for: request)
        #expect(text.contains("  files: 'run-*.csv'") && text.contains("120 samples of 1×1×2"))
        #expect(try checkData(try folder.write(text, to: "job.yaml")).samples == 120)
        request.files = "walk-*.csv"
        #expect { try jobText(for: request) } throws: {
            "\($0)".contains("has no file that fits 'walk-*.csv'")
        }
        request.files = "*.csv"
        request.data = "\(folder.path)/data/run-1.csv"
        #expect { try jobText(for: request) } throws: { "\($0)".contains("is one file") }
    }

    @Test(
        "`data check` recommends average precision only where it is that of the rare class",
        arguments: [("fault", "normal", false), ("ok", "rare", true)])
    func rareClassJudged(first: String, second: String, isLastRare: Bool) throws {
        let folder = try TemporaryFolder()
        let rows = (0..<400).map {
            "\($0 * 37 % 101).5,\(($0 % 20 == 0) == isLastRare ? second : first)"
        }
        let data = try folder.write("a,class\n" + rows.joined(separator: "\n") + "\n", to: "table.csv")
        let warnings = try checkData(data).warnings
        #expect(warnings.contains { $0.contains("macro_f1 or average_precision") } == isLastRare)
        #expect(warnings.contains { $0.contains("average_precision is that of 'normal'") } != isLastRare)
    }

    @Test("A class that a part lacks is named, and so are arrays whose channels come first")
    func doubts() throws {
        let folder = try TemporaryFolder()
        let rows = (0..<40).map {
            "\($0 * 7 % 11),\($0 * 5 % 13),\($0 == 3 ? "rare" : $0 % 2 == 0 ? "a" : "b")"
        }
        let table = try folder.write("x,y,class\n" + rows.joined(separator: "\n") + "\n", to: "table.csv")
        let answer = try checkData(table)
        #expect(answer.warnings.contains { $0.hasPrefix("test holds no sample of rare") })
        let values = [Float](repeating: 0, count: 40 * 3 * 8 * 8).indices.map { Float($0 * 37 % 101) }
        let labels = NumberArray([40], .int32((0..<40).map { $0 % 2 }))
        for (shape, isOdd) in [([40, 3, 8, 8], true), ([40, 8, 8, 3], false)] {
            let file = "\(folder.path)/\(isOdd).npz"
            try NPZ.write(
                [(name: "x", array: NumberArray(shape, .float32(values))), (name: "y", array: labels)],
                to: file)
            #expect(try checkData(file).warnings.contains { $0.contains("channels first") } == isOdd)
        }
    }

    @Test("Classes that are taken for others are counted; a sheet shows samples of each")
    func classes() async throws {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
        let id = try #require(
            try SmallJob.candidates(in: folder, on: "stm32h743", at: .final).first?.id)
        let sheet = try SmallJob.review(folder).candidate(id, of: "small")
        let tested = try #require(sheet.tested)
        #expect(tested.classes.count == 10 && tested.confusion.count == 10)
        #expect(tested.classes.map(\.samples).reduce(0, +) == tested.samples)
        #expect(try sheet.table(TableStyle()).contains("true \\ predicted"))
        let page = "\(folder.path)/sheet.html"
        let answer = try checkData("digits", sheet: page)
        #expect(answer.samples == 1797)
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.components(separatedBy: "data:image/bmp").count == 81)
        #expect(throws: KitError.exists(path: page)) { try checkData("digits", sheet: page) }
    }
}

/// The figures of a bundle's manifest, to the last digit.
private struct ManifestFigures: Decodable {
    struct Quality: Decodable {
        let test_quality: Double?
    }
    let quality: Quality
}
