/// The strategies by the names that job files give them.
public enum StrategyName: String, CaseIterable, Hashable, Sendable {
    case guided
    case successiveHalving = "successive-halving"
    case nsga2
    case random
    case exhaustive

    /// What a job uses that names none.
    public static let standard = StrategyName.guided

    /// The strategy with its usual settings.
    public var strategy: any SearchStrategy {
        switch self {
        case .guided: GuidedSearch()
        case .successiveHalving: SuccessiveHalving()
        case .nsga2: NSGA2()
        case .random: RandomSearch()
        case .exhaustive: ExhaustiveSearch()
        }
    }

    /// All names, as a sentence lists them.
    public static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
