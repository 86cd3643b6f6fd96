import YAMLReader

extension Calibration {
    init(_ node: YAMLNode) throws(YAMLError) {
        try node.allow(keys: ["latency", "weight", "others", "energy", "note"])
        latency = try TermFit(node.required("latency"))
        weight = try node.optional("weight")?.double(in: 0...1) ?? 1
        others = []
        for habit in try node.optional("others")?.list() ?? [] { others.append(try Habit(habit)) }
        energy = if let energy = try node.optional("energy") { try TermFit(energy) } else { nil }
        note = try node.optional("note")?.string() ?? ""
    }

    /// The section as it stands in a profile, indented by two spaces under its key.
    var yaml: String {
        var lines = [
            "calibration:", "  note: \"\(note.filter { $0 != "\"" && $0 != "\\" && !$0.isNewline })\"",
        ]
        if weight != 1 { lines.append("  weight: \(weight)") }
        lines += ["  latency:"] + latency.yamlLines
        if !others.isEmpty { lines += ["  others:"] + others.flatMap(\.yamlLines) }
        if let energy { lines += ["  energy:"] + energy.yamlLines }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Calibration.Habit {
    init(_ node: YAMLNode) throws(YAMLError) {
        try node.allow(keys: ["policy", "weight", "latency"])
        policy = try RuntimePolicy(node.required("policy"))
        weight = try node.required("weight").double(in: 0...1)
        latency = try TermFit(node.required("latency"))
    }

    /// An entry of the list `others`.
    fileprivate var yamlLines: [String] {
        ["    - weight: \(weight)", "      policy:"] + policy.yamlLines.map { "        " + $0 }
            + ["      latency:"] + latency.yamlLines.map { "    " + $0 }
    }
}

extension TermFit {
    init(_ node: YAMLNode) throws(YAMLError) {
        try node.allow(keys: [
            "samples", "residual_log_sd", "leave_one_out_error", "residual_quantiles", "range", "least_ratio",
            "scales", "covariance", "factor_covariance",
        ])
        samples = try node.required("samples").int(in: 1...10_000_000)
        residualLogSD = try node.required("residual_log_sd").double(in: 0...10)
        leaveOneOutError = try node.required("leave_one_out_error").double(in: 0...1e6)
        residualQuantiles = try node.required("residual_quantiles").doubles(count: 3)
        let bounds = try node.required("range").doubles(count: 2)
        guard bounds[0] > 0, bounds[0] <= bounds[1] else {
            throw try node.required("range").error("expected two positive numbers, the smaller first")
        }
        range = bounds[0]...bounds[1]
        scales = SIMD16(repeating: 1)
        let names = CostTerm.allCases.map(\.name)
        let entries = try node.required("scales")
        try entries.allow(keys: names)
        for (name, value) in try entries.mapping {
            guard let index = names.firstIndex(of: name) else { continue }
            scales[index] = try value.double(in: -1e12...1e12)
        }
        leastRatio = try node.optional("least_ratio")?.double(in: 0...1e12) ?? 0
        covariance = []
        if let factors = try node.optional("factor_covariance") {
            covariance = try TermFit.matrix(factors)
        } else {
            // Profiles of before 2026-11-30 hold the covariance of the factors' logarithms.
            let logarithms = try TermFit.matrix(node.required("covariance"))
            covariance = logarithms.indices.map { logarithms[$0] * scales * scales[$0] }
        }
    }

    static func matrix(_ node: YAMLNode) throws(YAMLError) -> [SIMD16<Double>] {
        let names = CostTerm.allCases.map(\.name)
        var matrix = [SIMD16<Double>](repeating: .zero, count: TermFit.size)
        try node.allow(keys: names)
        for (name, row) in try node.mapping {
            guard let index = names.firstIndex(of: name) else { continue }
            for (column, value) in try row.doubles(count: TermFit.size).enumerated() {
                matrix[index][column] = value
            }
        }
        return matrix
    }

    fileprivate var yamlLines: [String] {
        var lines = [
            "    samples: \(samples)", "    residual_log_sd: \(residualLogSD)",
            "    leave_one_out_error: \(leaveOneOutError)",
            "    residual_quantiles: [\(residualQuantiles.map(\.description).joined(separator: ", "))]",
            "    range: [\(range.lowerBound), \(range.upperBound)]", "    least_ratio: \(leastRatio)",
            "    scales:",
        ]
        for term in CostTerm.allCases { lines.append("      \(term.name): \(scales[term.rawValue])") }
        lines.append("    factor_covariance:")
        for term in CostTerm.allCases {
            let row = (0..<TermFit.size).map { covariance[term.rawValue][$0] }
            lines.append("      \(term.name): [\(row.map(\.description).joined(separator: ", "))]")
        }
        return lines
    }
}

extension YAMLNode {
    /// A list of exactly `count` numbers.
    fileprivate func doubles(count: Int) throws(YAMLError) -> [Double] {
        let items = try list()
        guard items.count == count else { throw error("expected \(count) numbers, got \(items.count)") }
        var numbers: [Double] = []
        for item in items { numbers.append(try item.double()) }
        return numbers
    }
}
