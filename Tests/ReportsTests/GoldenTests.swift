import Foundation
import Quantities
import Reports
import Testing

/// The JSON and CSV of every verb as scripts know them: `Tests/Goldens/answers` holds what an earlier release printed.
@Suite("Forms that scripts rely on")
struct GoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Goldens/answers")

    /// A file's name and what its JSON becomes when it is decoded and written again.
    struct Golden: Sendable {
        let name: String
        let rewritten: @Sendable (Data) throws -> (json: String, csv: String)

        init<Value: Answer>(_ name: String, _: Value.Type) {
            self.name = name
            rewritten = { data in
                let answer = try JSONDecoder().decode(Value.self, from: data)
                return (try answer.json, try answer.csv.text)
            }
        }
    }

    static let goldens = [
        Golden("jobs", JobsAnswer.self), Golden("front", FrontAnswer.self),
        Golden("select", SelectionAnswer.self), Golden("select-none", SelectionAnswer.self),
        Golden("show-layers", CandidateSheetAnswer.self), Golden("diff", DiffAnswer.self),
        Golden("verify", VerifyAnswer.self), Golden("predict", PredictionAnswer.self),
        Golden("predict-space", PredictionsAnswer.self), Golden("device", DeviceAnswer.self),
        Golden("spaces-show", SpaceAnswer.self), Golden("spaces-count", SpaceCountAnswer.self),
        Golden("spaces-sample", SpaceSampleAnswer.self), Golden("measure-emit", EmittedAnswer.self),
        Golden("measure-ingest", IngestedAnswer.self), Golden("inspect", ModelAnswer.self),
        Golden("benchmark-layers", BenchmarkAnswer.self), Golden("run", RunAnswer.self),
        Golden("samples", SamplesAnswer.self), Golden("merge", MergeAnswer.self),
        Golden("db-check", CheckAnswer.self), Golden("db-backup", BackupAnswer.self),
        Golden("report", ReportAnswer.self),
    ]

    @Test("A decoded answer is written again to the byte, as JSON and as CSV", arguments: goldens.indices)
    func rewritten(index: Int) throws {
        let golden = Self.goldens[index]
        let json = try Data(contentsOf: Self.folder.appending(path: "\(golden.name).json"))
        let csv = try Data(contentsOf: Self.folder.appending(path: "\(golden.name).csv"))
        let rewritten = try golden.rewritten(json)
        #expect(rewritten.json == String(decoding: json, as: UTF8.self), "\(golden.name)")
        #expect(rewritten.csv == String(decoding: csv, as: UTF8.self), "\(golden.name)")
    }

    @Test("Evaluations keep the job's order of devices, and open keys stand behind the fixed ones")
    func history() throws {
        let evaluation = EvaluationAnswer(
            evaluation: 0, candidate: "ab", fidelity: .trained, architecture: "a|b", compression: "none",
            quality: QualityAnswer(value: 0.5), modelSize: 12,
            values: [
                .init(name: "z:latency_ms", value: 1.5), .init(name: "a:latency_ms", value: nil),
                .init(name: "z:hypervolume", value: 0.25),
            ])
        #expect(
            try HistoryAnswer(job: "j", evaluations: [evaluation]).csv.text == """
                evaluation,candidate,fidelity,architecture,compression,accuracy,accuracy_se,model_bytes,\
                z:latency_ms,a:latency_ms,z:hypervolume\r
                0,ab,trained,a|b,none,0.5,,12,1.5,,0.25\r

                """)
        #expect(try HistoryAnswer(job: "j", evaluations: []).csv.text == "evaluation,candidate\r\n")
    }

    @Test("Regression stands under 'quality' where classification stands under 'accuracy'")
    func regression() throws {
        let candidate = CandidateAnswer(
            id: "ab", quality: QualityAnswer(.quality, value: 2.5, standardError: 0.1), fidelity: .final,
            costs: CostsAnswer(
                latency: 1, latencyP10: nil, latencyP90: nil, provenance: .estimated, energy: nil,
                peakRAM: nil, flash: nil, modelSize: 3),
            macs: 1, parameters: 2, isFeasible: true, isPareto: true, isFinalist: false, status: .ok,
            reason: nil, architecture: "a", compression: "none")
        let front = FrontAnswer(
            job: "j", device: "d", fidelity: .final, metric: "rmse", reference: [1.1], hypervolume: 0.5,
            candidates: [candidate])
        #expect(try !front.table(TableStyle()).contains("within the job's bounds"))
        var outside = front
        outside.hypervolume = 0
        #expect(
            try outside.table(TableStyle()).contains("hypervolume 0 (no member lies within the job's bounds)")
        )
        let json = try front.json
        #expect(json.contains("\"quality\": 2.5,\n      \"quality_se\": 0.1,"))
        #expect(!json.contains("accuracy"))
        #expect(try JSONDecoder().decode(FrontAnswer.self, from: Data(json.utf8)) == front)
        #expect(try front.csv.columns.prefix(3) == ["id", "quality", "quality_se"])
    }
}
