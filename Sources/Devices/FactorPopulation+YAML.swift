import Numerics
import YAMLReader

extension FactorPopulation {
    init(_ node: YAMLNode) throws(YAMLError) {
        try node.allow(keys: ["devices", "error", "factors", "covariance"])
        devices = try node.required("devices").int(in: 1...1_000_000)
        errorScale = try node.required("error").double(in: 0.001...10)
        factors = SIMD16(repeating: 1)
        let names = CostTerm.allCases.map(\.name)
        let entries = try node.required("factors")
        try entries.allow(keys: names)
        for (name, value) in try entries.mapping {
            guard let index = names.firstIndex(of: name) else { continue }
            factors[index] = try value.double(in: 1e-6...1e6)
        }
        let matrix = try node.required("covariance")
        covariance = try TermFit.matrix(matrix)
        let elements = covariance.flatMap { row in (0..<TermFit.size).map { row[$0] } }
        guard Cholesky(elements, size: TermFit.size) != nil else {
            throw matrix.error("is not positive definite; each term needs a row and a variance above 0")
        }
    }

    /// The section as it stands in a profile.
    package var yaml: String {
        var lines = ["population:", "  devices: \(devices)", "  error: \(errorScale)", "  factors:"]
        for term in CostTerm.allCases { lines.append("    \(term.name): \(factors[term.rawValue])") }
        lines.append("  covariance:")
        for term in CostTerm.allCases {
            let row = (0..<TermFit.size).map { covariance[term.rawValue][$0] }
            lines.append("    \(term.name): [\(row.map(\.description).joined(separator: ", "))]")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
