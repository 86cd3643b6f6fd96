import YAMLReader

/// What measurements taught about a profile.
public struct Calibration: Hashable, Sendable {
    /// Factors on the terms of `CostSum`, in their order; unused lanes are 1.
    public var scales: SIMD16<Double>
    /// How many measurements were fitted.
    public var samples: Int

    init(_ node: YAMLNode) throws(YAMLError) {
        try node.allow(keys: ["scales", "samples"])
        samples = try node.required("samples").int(in: 1...10_000_000)
        scales = SIMD16(repeating: 1)
        let entries = try node.required("scales")
        try entries.allow(keys: CostTerm.allCases.map(\.name))
        for (name, value) in try entries.mapping {
            guard let term = CostTerm.allCases.first(where: { $0.name == name }) else { continue }
            scales[term.rawValue] = try value.double(in: 1e-9...1e9)
        }
    }
}
