import Datasets
import Determinism
import Devices
import Quantities

/// What a bundle holds and how good it is; the format stands in docs/bundle.md.
struct BundleManifest: Encodable {
    var task: String
    var job: String
    var candidate: String
    var architecture: String
    var compression: String
    var dataset: String
    var preprocessing: Steps
    var labels: [String]
    /// What outputs become; nil where they are logits of `labels`.
    var output: OutputRule?
    var quality: Quality
    var devices: [Device]
    var files: [File]

    /// From a raw sample to what the models read.
    struct Steps: Codable {
        /// Height, width, channels.
        var sampleShape: [Int]
        /// Nil where samples are numbers already.
        var frontEnd: FrontEnd?
        /// Nil where samples are no rows of a table.
        var table: TableForm?
        /// Value i of a sample becomes (value − offsets[i mod count]) · scales[i mod count].
        var offsets, scales: [Float]

        enum CodingKeys: String, CodingKey {
            case sampleShape = "sample_shape"
            case frontEnd = "front_end"
            case table, offsets, scales
        }
    }

    /// How good it is, in the metric's own unit; the keys are those of `swiftlet show --format json`.
    struct Quality: Encodable {
        var fidelity: Fidelity
        var metric: String
        /// `accuracy` for classification, `quality` for all other tasks.
        var name: String
        var validation, validationSE, test, testSE: Double?

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(fidelity, forKey: Key("fidelity"))
            try container.encode(metric, forKey: Key("metric"))
            for (key, value) in [
                (name, validation), ("\(name)_se", validationSE), ("test_\(name)", test),
                ("test_\(name)_se", testSE),
            ] {
                try container.encodeIfPresent(value, forKey: Key(key))
            }
        }

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(_ key: String) { stringValue = key }
            init?(stringValue: String) { self.init(stringValue) }
            init?(intValue: Int) { nil }
        }
    }

    /// A device's runtime, the file it loads, and what the candidate costs there.
    struct Device: Encodable {
        var device, title, runtime: String
        var file: String?
        var latency, latencyP10, latencyP90: Double?
        var provenance: Provenance
        var energy: Double?
        var peakRAM, flash, modelSize: Int?
        var status: Status
        var reason: String?

        enum CodingKeys: String, CodingKey {
            case device, title, runtime, file
            case latency = "latency_ms"
            case latencyP10 = "latency_ms_p10"
            case latencyP90 = "latency_ms_p90"
            case provenance
            case energy = "energy_mj"
            case peakRAM = "peak_ram_bytes"
            case flash = "flash_bytes"
            case modelSize = "model_bytes"
            case status, reason
        }
    }

    struct File: Codable {
        var name: String
        var bytes: Int
        var sha256: String
    }
}

extension BundleManifest.Steps {
    /// Writes the front-end and the table only where there is one.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sampleShape, forKey: .sampleShape)
        if let frontEnd { try container.encode(frontEnd, forKey: .frontEnd) }
        if let table { try container.encode(table, forKey: .table) }
        try container.encode(offsets, forKey: .offsets)
        try container.encode(scales, forKey: .scales)
    }

    /// What the models read for a raw sample.
    func input(ofRaw raw: [Float]) throws -> [Float] {
        guard !offsets.isEmpty, offsets.count == scales.count else {
            throw BundleError("manifest.json: preprocessing needs as many scales as offsets")
        }
        return try Preprocessing.input(ofRaw: raw, frontEnd: frontEnd, offsets: offsets, scales: scales)
    }
}

extension ModelBundle {
    var manifest: BundleManifest {
        let quality = candidate.quality
        return BundleManifest(
            task: preprocessing.task, job: job, candidate: candidate.id,
            architecture: candidate.architecture, compression: candidate.compression,
            dataset: preprocessing.dataset,
            preprocessing: BundleManifest.Steps(
                sampleShape: preprocessing.sampleShape, frontEnd: preprocessing.frontEnd,
                table: preprocessing.table,
                offsets: preprocessing.offsets, scales: preprocessing.scales),
            labels: preprocessing.labels, output: preprocessing.output,
            quality: BundleManifest.Quality(
                fidelity: candidate.fidelity, metric: candidate.metric,
                name: preprocessing.task == LearningTask.classification.rawValue ? "accuracy" : "quality",
                validation: quality.value, validationSE: quality.standardError, test: quality.test,
                testSE: quality.testStandardError),
            devices: devices.compactMap { device in
                let costs = candidate.costs.first { $0.device == device.profile.name }
                return costs.map { BundleManifest.Device($0, on: device) }
            },
            files: files.map {
                BundleManifest.File(name: $0.name, bytes: $0.bytes.count, sha256: SHA256.hex($0.bytes))
            })
    }
}

extension BundleManifest.Device {
    fileprivate init(_ costs: BundledCandidate.Costs, on device: (profile: DeviceProfile, file: String?)) {
        let profile = device.profile
        self.init(
            device: profile.name, title: profile.title,
            runtime: "\(profile.runtime.name) \(profile.runtime.version)", file: device.file,
            latency: costs.latency, latencyP10: costs.latencyP10, latencyP90: costs.latencyP90,
            provenance: costs.provenance, energy: costs.energy, peakRAM: costs.peakRAM, flash: costs.flash,
            modelSize: costs.modelSize, status: costs.status, reason: costs.reason)
    }
}
