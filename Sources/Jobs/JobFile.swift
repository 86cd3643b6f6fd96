import Candidates
import Datasets
import Devices
import ModelCompression
import Quantities
import Search
import YAMLReader

/// A job file as read: every key in the form the program works with, before spaces, devices and data are looked at.
///
/// It lives until the job is resolved; each key stands once, where it is read, with its default. The format stands in
/// docs/jobs.md; relative paths are relative to the folder of the file.
package struct JobFile: Sendable {
    /// The name that complaints carry.
    let file: String
    let name: String
    let data: DataSection
    let subject: Subject
    let compression: CompressionSection
    let devices: DeviceSection
    /// The quality first, then the costs.
    let objectives: [Metric]
    let constraints: [Located<Constraint>]
    let reserve: Reserve
    let training: TrainingSection
    let search: SearchRules
    let finalists: FinalistSection

    /// What is searched: the architectures of a space, or compressions of one model.
    enum Subject: Sendable {
        case space(Located<String>)
        /// The second are shapes of inputs that the model's file leaves open, such as `image=1x3x96x96`.
        case model(Located<String>, shapes: [String])
        /// Parts of a trained model; the mapping has the shares and kernels to choose among.
        case backbone(Located<String>, choices: YAMLNode)
        /// The family that suits data and devices.
        case chosen(YAMLNode)
    }

    /// A value and the node it stood at, for complaints that only arise later.
    struct Located<Value: Sendable>: Sendable {
        let value: Value
        let node: YAMLNode

        init(_ node: YAMLNode, _ read: (YAMLNode) throws(YAMLError) -> Value) throws(YAMLError) {
            value = try read(node)
            self.node = node
        }
    }
}

extension JobFile {
    /// Reads the text of a job file; `file` is the name that errors carry.
    package init(parsing text: String, file: String) throws {
        let root = try YAMLNode(parsing: text, file: file)
        var keys = YAMLSection(root)
        let version = try keys.required("version")
        guard try version.int() == 1 else {
            throw version.error("this release reads version 1, got \(version.summary)")
        }
        self.file = file
        name = try keys.required("name").jobName()
        subject = try JobFile.subject(root, &keys)
        data = try DataSection(keys.required("dataset"), folder: JobFile.folder(of: file))
        compression = try CompressionSection(keys.optional("compression"))
        devices = try DeviceSection(keys.required("devices"))
        objectives = try keys.optional("objectives")?.objectives() ?? [.accuracy, .latency]
        constraints = try JobFile.constraints(
            keys.optional("constraints"), devices: devices.names.map(\.value))
        reserve = try Reserve(keys.optional("reserve"))
        training = try TrainingSection(keys.optional("training"))
        search = try SearchRules(keys.optional("search"))
        finalists = try FinalistSection(keys.optional("finalists"))
        try keys.end()
    }

    /// The folder that relative paths of a file are relative to.
    package static func folder(of path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return parts.isEmpty ? "." : parts.joined(separator: "/")
    }

    private static func subject(
        _ root: YAMLNode, _ keys: inout YAMLSection
    ) throws(YAMLError) -> Subject {
        func text(_ node: YAMLNode) throws(YAMLError) -> String { try node.string() }
        let shapes = try keys.optional("input_shapes")
        switch (try keys.optional("space"), try keys.optional("model")) {
        case (let space?, nil):
            if let shapes { throw shapes.error("belongs to a job with a model; a space's file says its own") }
            guard space.isMapping else { return .space(try Located(space, text)) }
            try space.allow(keys: ["from", "width", "depth", "kernel"])
            return .backbone(try Located(space.required("from"), text), choices: space)
        case (nil, let model?):
            var given: [String] = []
            for (name, shape) in try shapes?.mapping ?? [] { given.append("\(name)=\(try shape.string())") }
            return .model(try Located(model, text), shapes: given)
        case (nil, nil):
            try keys.refuseMisspelling(of: "space")
            return .chosen(root)
        case (_, let model?): throw model.error("a job has either a space or a model, not both")
        }
    }

    private static func constraints(
        _ node: YAMLNode?, devices: [String]
    ) throws(YAMLError) -> [Located<Constraint>] {
        var constraints: [Located<Constraint>] = []
        for item in try node?.list() ?? [] {
            constraints.append(
                try Located(item) { node throws(YAMLError) in try node.constraint(devices: devices) })
        }
        return constraints
    }
}

extension YAMLNode {
    /// The name becomes a folder, so it is kept to letters that every file system takes.
    fileprivate func jobName() throws(YAMLError) -> String {
        let name = try string()
        let isSafe = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        guard isSafe, !name.isEmpty, name.count <= 100, !name.hasPrefix(".") else {
            throw error("expected letters, digits, '-', '_' and '.', got '\(name)'")
        }
        return name
    }

    /// A list of at least one text, none of them twice.
    func texts() throws(YAMLError) -> [JobFile.Located<String>] {
        var texts: [JobFile.Located<String>] = []
        for item in try list() {
            texts.append(try JobFile.Located(item) { node throws(YAMLError) in try node.string() })
        }
        guard !texts.isEmpty else { throw error("expected at least one entry") }
        for (index, text) in texts.enumerated()
        where texts[..<index].contains(where: { $0.value == text.value }) {
            throw text.node.error("'\(text.value)' stands twice")
        }
        return texts
    }

    /// A metric by its name.
    func metric() throws(YAMLError) -> Metric {
        let name = try string()
        guard let metric = Metric(rawValue: name == "quality" ? "accuracy" : name) else {
            let known = Metric.allCases.map(\.rawValue).joined(separator: ", ")
            throw error("unknown metric '\(name)'; known: \(known)")
        }
        return metric
    }

    /// Quality and costs that fronts are made of.
    fileprivate func objectives() throws(YAMLError) -> [Metric] {
        let names = try texts()
        var metrics: [Metric] = []
        for name in names { metrics.append(try name.node.metric()) }
        guard metrics.contains(.accuracy), metrics.count > 1 else {
            throw names[0].node.error("a front needs 'accuracy' and at least one cost such as latency_ms")
        }
        guard !metrics.contains(.macs), !metrics.contains(.parameters) else {
            throw names[0].node.error(
                "objectives are accuracy, latency_ms, energy_mj, peak_ram_bytes, flash_bytes, model_bytes")
        }
        return [.accuracy] + metrics.filter { $0 != .accuracy }
    }

    /// One entry of `constraints:`.
    fileprivate func constraint(devices: [String]) throws(YAMLError) -> Constraint {
        var keys = YAMLSection(self)
        let device = try keys.optional("device")
        if let name = try device?.string(), let device, !devices.contains(name) {
            throw device.error("'\(name)' is not among the job's devices")
        }
        let metric = try keys.required("metric").metric()
        let confidence = try keys.optional("confidence")?.double(in: 0.5...0.999)
        let bounds = (try keys.optional("at_most"), try keys.optional("at_least"))
        try keys.end()
        switch bounds {
        case (let limit?, nil):
            return try limit.constraint(device?.string(), metric, Constraint.Bound.atMost, confidence)
        case (nil, let limit?):
            return try limit.constraint(device?.string(), metric, Constraint.Bound.atLeast, confidence)
        case (_?, _?), (nil, nil): throw error("needs either at_most or at_least")
        }
    }

    /// The constraint whose limit this node is: a number with an optional unit suffix.
    private func constraint(
        _ device: String?, _ metric: Metric, _ bound: (Double) -> Constraint.Bound, _ confidence: Double?
    ) throws(YAMLError) -> Constraint {
        do {
            return try Constraint(
                device: device, metric, bound(metric.value(parsing: string())), confidence: confidence)
        } catch let failure as YAMLError {
            throw failure
        } catch {
            throw self.error(String(describing: error))
        }
    }
}
