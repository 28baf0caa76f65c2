/**
 * Names that people type in small letters and that no ending betrays: firms, products and tools of AI, countries and
 * cities. A question about one that the wiki never mentions is not a question about the wiki.
 */
const names = new Set(
  (
    'anthropic openai claude gemini gpt grok xai cohere qwen gemma kimi moonshot zhipu glm minimax yi phi olmo falcon bloom ' +
    'pythia mixtral copilot perplexity midjourney sora dalle whisper nvidia amd intel tsmc asml broadcom google microsoft ' +
    'amazon apple ibm oracle tesla tiktok bytedance tencent baidu huawei samsung databricks snowflake salesforce stability ' +
    'runway deepmind ollama vllm llamacpp lmstudio pytorch tensorflow keras kubernetes docker langchain linux windows ' +
    'macos android iphone macbook ubuntu python javascript rust java cuda rocm aws azure gcp bitcoin ethereum reddit ' +
    'twitter facebook instagram youtube netflix spotify discord altman musk lecun zuckerberg bezos hinton bengio amodei ' +
    'nadella pichai karpathy sutskever trump biden putin marx keynes hayek foucault schumpeter hamlet shakespeare einstein ' +
    'germany france italy spain portugal poland ukraine russia china india japan korea taiwan singapore brazil mexico ' +
    'argentina australia austria switzerland netherlands belgium sweden norway denmark finland ireland scotland england ' +
    'britain uk usa greece turkey israel iran iraq egypt nigeria kenya indonesia vietnam thailand pakistan ' +
    'berlin paris london rome madrid lisbon vienna munich hamburg amsterdam brussels tokyo beijing shanghai moscow delhi ' +
    'mumbai brooklyn chicago boston seattle texas california florida dublin zurich prague warsaw stockholm oslo sydney'
  ).split(' '),
)

/** True for a word that names something of the world, however it is written. */
export function isWorldName(word: string): boolean {
  return (
    names.has(word.replace(/'s$/, '')) ||
    (/^\p{L}+\d*\.\p{L}+$/u.test(word) && !/^(?:i\.e|e\.g|a\.k|p\.s)/.test(word))
  )
}
