import Bundles
import Determinism
import Devices
import Quantities
import Search

extension Bundle {
    /// What the bundle holds and how good it is; the format stands in docs/bundle.md.
    var manifest: Record {
        let quality = evaluation.quality
        return [
            "task": .text(preprocessing.task), "job": .text(job),
            "candidate": .text(evaluation.candidate),
            "architecture": .text(evaluation.architecture), "compression": .text(evaluation.compression),
            "dataset": .text(preprocessing.dataset),
            "preprocessing": .record(preprocessing.record),
            "labels": .list(preprocessing.labels.map(Field.text)),
            "quality": .record([
                "fidelity": .text(evaluation.fidelity.rawValue),
                "accuracy": .number(orUnknown: quality?.accuracy),
                "accuracy_se": .number(orUnknown: quality?.standardError),
                "test_accuracy": .number(orUnknown: quality?.testAccuracy),
                "test_accuracy_se": .number(orUnknown: quality?.testStandardError),
            ]),
            "devices": .list(devices.compactMap { deviceRecord($0.profile.name).map(Field.record) }),
            "files": .list(
                files.map {
                    .record([
                        "name": .text($0.name), "bytes": .integer($0.bytes.count),
                        "sha256": .text(SHA256.hex($0.bytes)),
                    ])
                }),
        ]
    }

    /// A device's runtime, the file it loads, and what the candidate costs there; nil where it was not scored there.
    private func deviceRecord(_ name: String) -> Record? {
        guard let device = devices.first(where: { $0.profile.name == name }),
            let score = evaluation.score(on: name)
        else { return nil }
        let costs = ScoredCandidate(evaluation: evaluation, score: score).record
        let wanted = [
            "latency_ms", "latency_ms_p10", "latency_ms_p90", "provenance", "energy_mj", "peak_ram_bytes",
            "flash_bytes", "model_bytes", "status", "reason",
        ]
        return Record(
            [
                ("device", .text(name)), ("title", .text(device.profile.title)),
                ("runtime", .text(device.profile.runtime.title)), ("file", .text(orUnknown: device.file)),
            ] + wanted.map { ($0, costs[$0] ?? .unknown) })
    }
}

extension Preprocessing {
    /// From a raw sample to what the models read.
    fileprivate var record: Record {
        var record: Record = ["sample_shape": .list(sampleShape.map(Field.integer))]
        if let frontEnd {
            record.append(
                "front_end",
                .record([
                    "kind": .text(frontEnd.kind), "sample_rate_hz": .integer(frontEnd.sampleRate),
                    "seconds": .number(frontEnd.seconds),
                    "window_seconds": .number(frontEnd.windowSeconds),
                    "hop_seconds": .number(frontEnd.hopSeconds), "bands": .integer(frontEnd.bands),
                    "lowest_hz": .number(frontEnd.lowestHertz),
                    "highest_hz": .number(frontEnd.highestHertz),
                ]))
        }
        record.append("offsets", .list(offsets.map { .number(Double($0)) }))
        record.append("scales", .list(scales.map { .number(Double($0)) }))
        return record
    }
}
