import Determinism
import Quantities
import Reports
import SwiftletKit

/// Answers of every kind, for the OpenAPI document: between them they have every key, and null where a value may be unknown.
enum Examples {
    static let jobs = JobsAnswer(jobs: [
        JobAnswer(name: "mnist", state: "running", evaluations: 120, seconds: 61.5, hypervolume: 0.91)
    ])

    static let queue = QueueAnswer(entries: [
        QueueEntryAnswer(
            job: "mnist", state: "running", priority: 0, timeLimit: 600, maxEvaluations: 300, maxTime: 600,
            progress: "search  120/300", message: "why", submittedAt: "2026-11-30T06:26:05Z",
            startedAt: "2026-11-30T06:26:06Z"),
        QueueEntryAnswer(
            job: "digits", state: "queued", priority: 1, timeLimit: nil, maxEvaluations: nil, maxTime: nil,
            progress: nil, message: nil, submittedAt: "2026-11-30T06:26:05Z", startedAt: nil),
    ])

    /// One of a classification with everything known, one of a regression with nothing known.
    static let candidates = [
        CandidateAnswer(
            id: "3f2a",
            quality: QualityAnswer(value: 0.98, standardError: 0.002, test: 0.97, testStandardError: 0.003),
            fidelity: .final,
            costs: CostsAnswer(
                latency: 1.5, latencyP10: 1.25, latencyP90: 1.75, provenance: .estimated, energy: 2.5,
                peakRAM: 65_536, flash: 131_072, modelSize: 40_960),
            macs: 250_000, parameters: 10_000, isFeasible: true, isPareto: true, isFinalist: true,
            status: .ok,
            reason: "a remark", architecture: "c16-k3", compression: "int8"),
        CandidateAnswer(
            id: "9b0c", quality: QualityAnswer(value: nil), fidelity: .trained, costs: unknownCosts,
            macs: nil,
            parameters: nil, isFeasible: false, isPareto: false, isFinalist: false, status: .failed,
            reason: nil,
            architecture: "c8-k3", compression: "none"),
        CandidateAnswer(
            id: "51de",
            quality: QualityAnswer(
                .quality, value: 12.5, standardError: 0.5, test: 13.5, testStandardError: 0.5),
            fidelity: .trained, costs: unknownCosts, macs: nil, parameters: nil, isFeasible: false,
            isPareto: false, isFinalist: false, status: .failed, reason: nil, architecture: "c8-k3",
            compression: "none"),
        CandidateAnswer(
            id: "77aa", quality: QualityAnswer(.quality, value: nil), fidelity: .trained, costs: unknownCosts,
            macs: nil, parameters: nil, isFeasible: false, isPareto: false, isFinalist: false,
            status: .failed,
            reason: nil, architecture: "c8-k3", compression: "none"),
    ]

    private static let unknownCosts = CostsAnswer(
        latency: nil, latencyP10: nil, latencyP90: nil, provenance: .estimated, energy: nil, peakRAM: nil,
        flash: nil, modelSize: nil)

    static let fronts = [
        FrontAnswer(
            job: "mnist", device: "raspberry-pi-4", fidelity: .final, metric: "accuracy",
            reference: [1.1, 1.1],
            hypervolume: 0.91, candidates: candidates, next: "100"),
        FrontAnswer(
            job: "mnist", device: "raspberry-pi-4", fidelity: nil, metric: "accuracy", reference: [1.1, 1.1],
            hypervolume: 0.5, candidates: []),
    ]

    static let selections = [
        SelectionAnswer(
            job: "mnist", device: "raspberry-pi-4", candidate: candidates[0], why: "the most accurate of 12.",
            runnerUp: candidates[1], nearest: [], blocking: nil),
        SelectionAnswer(
            job: "mnist", device: "raspberry-pi-4", candidate: candidates[2], why: "the most accurate of 12.",
            runnerUp: candidates[3], nearest: candidates, blocking: nil),
        SelectionAnswer(
            job: "mnist", device: "raspberry-pi-4", candidate: nil, why: "nothing keeps the limits",
            runnerUp: nil, nearest: candidates, blocking: "latency_ms"),
    ]

    static let histories = [
        HistoryAnswer(
            job: "mnist",
            evaluations: ["raspberry-pi-4", "stm32h743"].enumerated().map { index, device in
                EvaluationAnswer(
                    evaluation: index, candidate: "3f2a", fidelity: .trained, architecture: "c16-k3",
                    compression: "int8",
                    quality: QualityAnswer(
                        index == 0 ? .accuracy : .quality, value: 0.98, standardError: 0.002),
                    modelSize: index == 0 ? 40_960 : nil,
                    values: [EvaluationAnswer.NamedNumber(name: "\(device):latency_ms", value: 1.5)])
            }, next: "2"),
        HistoryAnswer(job: "mnist", evaluations: []),
    ]

    static let sheets = [
        trainedSheet,
        CandidateSheetAnswer(
            job: "mnist", id: "3f2a", architecture: "c16-k3", compression: "int8",
            devices: candidates.map { DeviceCandidateAnswer(device: "raspberry-pi-4", candidate: $0) },
            hostMachines: [], measurements: [], accounts: [],
            layers: [
                DeviceLayersAnswer(
                    device: "raspberry-pi-4",
                    layers: [
                        LayerAnswer(
                            name: "stage1", operation: "convolution", latency: 0.25, macs: 1000,
                            weightBytes: 100, outputBytes: 200, isOnFallback: false)
                    ])
            ]),
        CandidateSheetAnswer(
            job: "mnist", id: "3f2a", architecture: "c16-k3", compression: "int8", devices: []),
    ]

    /// Of a finalist, with what it predicts and how it was trained.
    private static let trainedSheet: CandidateSheetAnswer = {
        var sheet = CandidateSheetAnswer(
            job: "mnist", id: "3f2a", architecture: "c16-k3", compression: "int8", devices: [],
            accounts: [
                CompressionAccountAnswer(
                    device: "raspberry-pi-4", nominalWeightBytes: 1000, effectiveWeightBytes: 1200,
                    nominalMACs: 10_000, effectiveMACs: 10_000, differences: ["why"]),
                CompressionAccountAnswer(
                    device: "stm32h743", nominalWeightBytes: 1000, effectiveWeightBytes: nil,
                    nominalMACs: 10_000,
                    effectiveMACs: nil, differences: []),
            ])
        sheet.tested = TestedAnswer(
            samples: 2, metrics: [TestedAnswer.Figure(metric: "accuracy", value: 0.5)],
            classes: [
                TestedAnswer.ClassFigures(name: "0", samples: 2, predicted: 1, right: 1),
                TestedAnswer.ClassFigures(name: "1", samples: 0, predicted: 0, right: 0),
            ], confusion: [[1, 1], [0, 0]])
        sheet.training = [TrainingAnswer(stage: "before compression", losses: [0.5], accuracies: [0.9])]
        return sheet
    }()

    static let differences = [
        DiffAnswer(
            a: "mnist", b: "mnist-2",
            devices: [Fidelity.final, nil].map { fidelity in
                DeviceDiffAnswer(
                    device: "raspberry-pi-4", fidelity: fidelity,
                    a: DeviceDiffAnswer.Side(
                        hypervolume: 0.5, members: 3, kept: 2, best: fidelity.map { _ in 0.98 }),
                    b: DeviceDiffAnswer.Side(
                        hypervolume: 0.5, members: 3, kept: 2, best: fidelity.map { _ in 0.97 }))
            },
            changes: [
                ChangeAnswer(kind: .seed, key: "search.seed", a: "1", b: "2"),
                ChangeAnswer(kind: .seed, key: "search.seed", a: nil, b: nil),
            ])
    ]

    static let devices = (try? DeviceCommands.list()).map { [$0] } ?? []
    /// A computer, a board, a microcontroller, accelerators: each knows what others do not.
    static let deviceSheets = [
        "host-cpu", "raspberry-pi-4", "stm32h743", "coral-edge-tpu", "zcu102", "xeon-gold-6226",
    ].compactMap { try? DeviceCommands.show($0) }

    static let spaces = (try? SpaceCommands.list()).map { [$0] } ?? []
    static let spaceSheets = spaces.flatMap(\.spaces).prefix(3).compactMap {
        try? SpaceCommands.show($0.name)
    }

    /// What the review page reads.
    static let review: JSONValue = {
        var columns = CandidateColumns()
        columns.append(candidates[0], reason: 0, architecture: 0, compression: 0)
        let devices = [Fidelity.final, nil].map { fidelity in
            DeviceReview(
                device: "raspberry-pi-4", fidelity: fidelity, hypervolume: 0.91,
                objectives: ["accuracy", "latency_ms"], notes: ["a note"], sentence: "what is recommended",
                recommended: fidelity.map { _ in "3f2a" }, baseline: fidelity.map { _ in "9b0c" }, total: 1,
                trace: [[1, 0.5, 12]], candidates: columns)
        }
        let answer = ReviewAnswer(
            job: jobs.jobs[0], metric: "accuracy", isShare: true, isError: false,
            facts: [ReviewAnswer.Fact(name: "data", text: "digits")], devices: devices,
            sheets: sheets, architectures: ["c16-k3"], compressions: ["int8"], reasons: ["a remark"])
        return (try? JSONValue(encoding: answer)) ?? .null
    }()
}
