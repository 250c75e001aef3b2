import type { Finding } from './finding.ts';
import { foldText } from './pii/fold-text.ts';

/** Longer texts are looked at in their first part: a warning for a reviewer is no reason to read a novel. */
const LONGEST_TEXT = 100_000;

/**
 * Kinds of instructions to a model, each by what it does. Every gap is bounded, so matching stays linear. What a customer
 * asks of a shop ("please include the number in your reply") must not match.
 */
const KINDS: { code: string; message: string; patterns: RegExp[] }[] = [
  {
    code: 'INJECTION_OVERRIDE',
    message: 'The mail tells a machine to set its instructions aside.',
    patterns: [
      /\b(?:ignore|disregard|forget|override|bypass|neglect|discard|do not follow|don't follow|stop following|set aside)\b[^.!?\n]{0,40}\b(?:previous|prior|preceding|above|earlier|former|foregoing|initial|original|following|other|system|developer|your|all|any|every)\b[^.!?\n]{0,30}\b(?:instruct\w{0,5}|directi(?:on|ve)s?|rules?|prompts?|guidelines?|guardrails?|commands?|programming|training|constraints?|safety|restrictions?)\b/i,
      /\b(?:ignore|disregard|forget)\b[^.!?\n]{0,20}\b(?:instructions?|directions?|directives?|prompts?)\s{1,3}(?:given\s{1,3})?(?:above|before|so far|until now)\b/i,
      /\b(?:ignore|disregard|forget)\s{1,3}(?:everything|all of the above|all the above|anything|what)\b[^.!?\n]{0,30}\b(?:above|before|previous|told|instructed|earlier)\b/i,
      /\b(?:previous|prior|earlier|above)\s{0,3}(?:instructions?|directions?|rules?|prompts?)\s{1,3}(?:are|were|is|was)\s{1,3}(?:now\s{1,3})?(?:false|void|cancel\w{0,4}|outdated|obsolete|over|invalid|wrong)\b/i,
      /\b(?:end|begin|start)\s{1,3}(?:of\s{1,3})?(?:out of date\s{1,3}instructions?|system prompt|reprogramming|new instructions?)\b/i,
      /(?:önceki|yukarıdaki|tüm|bütün)\s[^.!?\n]{0,30}(?:talimat|yönerge|kural|komut)\S{0,12}\s[^.!?\n]{0,20}(?:yok say|unut|dikkate alma|görmezden|göz ardı|geçersiz)/i,
      /(?:ignorier|vergiss|missacht)\S{0,6}\s[^.!?\n]{0,30}(?:vorherig|obig|bisherig|alle|früher|deine)\S{0,4}\s[^.!?\n]{0,20}(?:anweisung|instruktion|regel|vorgabe|befehl)/i,
      /(?:ignore[rz]?|oublie[rz]?|néglige[rz]?)\s[^.!?\n]{0,20}(?:instruction|consigne|règle|directive)s?\s[^.!?\n]{0,20}(?:précédent|ci-dessus|antérieur|ci dessus)/i,
      /(?:ignor[ae]|olvid[ae]|descart[ae])\S{0,3}\s[^.!?\n]{0,20}(?:instruccion|regla|orden|indicacion)(?:es|s)?\s[^.!?\n]{0,20}(?:anterior|previ|arriba|precedent)/i,
    ],
  },
  {
    code: 'INJECTION_ROLE',
    message: 'The mail gives a machine another role, or speaks in the name of its operator.',
    patterns: [
      /\b(?:you are|you're|act as|become)\s{1,3}now\s{1,3}(?:a|an|the|in \w{1,20} mode|my|no longer bound|free|operating|called|named)\b/i,
      /\bfrom now on\b,?\s{0,3}you\s{1,3}(?:are|will be|must|shall|act|answer|respond)\b/i,
      /\bnew\s{1,3}(?:system\s{1,3})?(?:instructions?|directives?)\s{1,3}(?:to|for)\s{1,3}(?:the\s{1,3})?(?:chat|assistant|ai|bot|model|llm)\b|\b(?:hidden|secret)\s{1,3}(?:instructions?|directives?|agenda)\b/i,
      /\b(?:system|developer|admin(?:istrator)?)\s{1,3}(?:note|override|prompt|instruction|mode)s?\s{0,3}[:\]=]/i,
      /\b(?:given|received|have)\s{1,3}a\s{1,3}system\s{1,3}up(?:grade|date)\b/i,
      /\b(?:jailbreak|jailbroken|developer mode|dan mode|do anything now|god mode)\b[^.!?\n]{0,30}\b(?:enabled|activated|prompt|now|you)\b/i,
      /\bthe (?:ai|bot|chatbot|llm|language model|ai model|ai assistant)\s{1,3}(?:will|must|shall|should)\b[^.!?\n]{0,60}\b(?:instruct\w{0,5}|never|always|convince|reveal|without|output|repeat\w{0,2}|insert|suggest)\b|\binstructions? to chat assistant\b/i,
      /<\|?(?:im_start|im_end|system|endoftext|start_header_id|eot_id)\|?>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|instructions?|assistant)>/i,
      /(?:^|\n)\s{0,5}#{1,4}\s{0,3}(?:system|instructions?|assistant|new task)\b\s{0,3}:?/i,
      /(?:^|\n)\s{0,3}(?:system|assistant|instructions?)\s{0,2}:\s{0,3}(?:you|ignore|disregard|approve|always|never|do not|new|override|from now|reply|respond|answer|say|write|print)\b/i,
      /\bai['’]?s?\s{1,3}(?:usual\s{1,3})?(?:ethical|safety|security)\s{1,3}(?:protocols?|guidelines?|standards?)\b/i,
      /\bwithout breaking character\b|\bsay only\s{0,3}["'“:-]|\bprint this (?:long )?text\b/i,
    ],
  },
  {
    code: 'INJECTION_DISCLOSURE',
    message: 'The mail asks a machine for its instructions, secrets or other people’s data.',
    patterns: [
      /\b(?:reveal|show|print|repeat|list|output|relay|display|leak|disclose|tell|give|send|respond with|write out|expose)\b[^.!?\n]{0,40}\b(?:system prompt|(?:initials?|hidden|secret) (?:prompt|instructions?)|your prompt|system['’]?s? (?:parameters|instructions))/i,
      /\b(?:reveal|print|repeat|output|relay|leak|disclose|respond with)\b[^.!?\n]{0,30}\b(?:your|every) instructions?\b/i,
      /\binstructions?\s{1,3}(?:that\s{1,3})?you\s{1,3}(?:have been|were|had been)\s{1,3}given\b/i,
      /\b(?:forward|send|e-?mail|export|upload|post|transmit)\b[^.!?\n]{0,40}\b(?:users?|customers?|clients?|inbox|conversation|chat|database|every single)\b[^.!?\n]{0,30}\b(?:e-?mails?|inbox|history|passwords?|records|database|list|messages|secrets?)\b/i,
      /\b(?:show|give|print|list|reveal|dump|send)\b[^.!?\n]{0,30}\b(?:all|user|admin|every|the secret)\b[^.!?\n]{0,20}\b(?:passwords|credentials|api keys?|database)\b|\bthe secret password\b/i,
    ],
  },
  {
    code: 'INJECTION_REPLY_CONTROL',
    message: 'The mail tells a machine how to shape its answer, or what to slip into it.',
    patterns: [
      /\b(?:integrate|append|embed|incorporate|weave|infuse|inject|augment|supplement|enrich|intersperse|sprinkle|jumble|rearrange|scramble|blend|modify|enhance|tailor|encode|encrypt|obfuscate|restructure)\b(?:[^.!?\n]|[.!?](?=\S)){0,100}\byour (?:response|reply|answer|output)s?\b/i,
      /(?:^|[.!?\n]\s{0,5})(?:(?:please|also|then|now|can you|could you),?\s{1,3}){0,2}(?:insert|slip|craft|adapt|adjust|expand|begin|start|end|finish|conclude|express|render|translate|convert|transform|reverse|shift|format|present|alter|highlight|replace|substitute|mix|promote|introduce|feature|drop|remove spaces|combine words|capitali[sz]e|apply|use)\b(?:[^.!?\n]|[.!?](?=\S)){0,160}\byour (?:response|reply|answer|output)s?\b/i,
      /(?:^|[.!?\n]\s{0,5})(?:(?:please|also|then|now|can you|could you),?\s{1,3}){0,2}(?:add|include|insert|place|put|attach|mention|suggest)\b(?:[^.!?\n]|[.!?](?=\S)){0,80}(?:\b(?:sentence|line|phrase|paragraph|joke|quote|advert\w{0,10}|promotion|website|teaser|slogan|headline|www)\b|https?:|["“])(?:[^.!?\n]|[.!?](?=\S)){0,120}\b(?:in|into|to|within|of|throughout) your (?:response|reply|answer|output)s?\b/i,
      /\b(?:in|within|throughout|with|alongside|as part of) your (?:response|reply|answer|output)s?,?\s{1,3}(?:suggest|recommend|claim|promote|advise|encourage|urge|subtly|provide a link|use only)\b/i,
      /\byour (?:response|reply|answer|output|message)s?\b(?:[^.!?\n]|[.!?](?=\S)){0,60}\b(?:base\s?(?:16|32|58|64|85)|emojis?|cipher|rot-?13|morse|binary|hexadecimal|backwards?|upper ?case|lower ?case|pig latin|leet)\b/i,
      /\b(?:base\s?(?:16|32|58|64|85)|emojis?|cipher|rot-?13|morse|hexadecimal|pig latin)\b(?:[^.!?\n]|[.!?](?=\S)){0,60}\byour (?:response|reply|answer|output)s?\b/i,
      /(?:^|[.!?\n]\s{0,5})(?:(?:please|also|then|now|can you|could you),?\s{1,3}){0,2}(?:reply|respond|answer|speak|write back)\s{1,3}(?:only\s{1,3})?(?:in|using|with|via|by)\s{1,3}(?:an?\s{1,3}|the\s{1,3})?(?:reverse|backwards?|base\s?\d\d|emojis?|cipher|caesar|morse|binary|rot-?13|hex\w{0,8}|latin|klingon|pirate|rhyme)\b/i,
      /\bjust (?:say|print|write|output)\b\s{0,3}["'“:]|\bonly (?:say|output|print|write)\b\s{0,3}["'“]|\b(?:you must now|please) (?:say|output|print)\b\s{0,3}["'“]/i,
      /\bjust (?:print|say|write)\s{0,3}:|\bstop everything\b/i,
    ],
  },
  {
    code: 'INJECTION_CODE',
    message: 'The mail carries program code, or asks a machine to write or run some.',
    patterns: [
      /(?<!promo |discount |voucher |coupon |gift |qr |zip |post )\bcode\s{1,3}(?:snippet|block|excerpt|segment|section|fragment|sample|sequence|portion)\b[^\n]{0,160}\b(?:(?:your|the|this|its)\s{1,3}(?:\w{1,20}\s{1,3}){0,3}(?:code|solution|implementation|program|project|algorithm|script|codebase)|into it|to it)\b/i,
      /\b(?:import (?:multiprocessing|threading|tkinter|os|sys|requests|subprocess|socket|smtplib|urllib|shutil|ctypes)\b|os\.(?:system|remove|environ)|subprocess\.(?:call|run|popen)|requests\.(?:get|post)\(|rm -rf|urlopen\(|sendmail\(|\beval\(|\bexec\()/i,
      /\b(?:write|create|develop|provide|generate|show)\b[^.!?\n]{0,12}\b(?:a|an|the|some|me)\b[^.!?\n]{0,20}\b(?:script|python|bash|shell script|powershell|command to|cron job|batch file)\b/i,
      /\b(?:determine|analyze|analyse|classify|assess|evaluate|identify)\b[^.!?\n]{0,20}\bsentiment\b/i,
    ],
  },
];

/**
 * Warnings for a reviewer that a mail speaks to a machine: one finding a kind, with offsets into the text. It never
 * decides alone; what keeps an attack out are the guards on the answer.
 */
export function detectInjection(text: string): Finding[] {
  const folded = foldText(text.slice(0, LONGEST_TEXT));
  const findings: Finding[] = [];
  for (const { code, message, patterns } of KINDS) {
    for (const pattern of patterns) {
      const match = pattern.exec(folded.text);
      if (!match) continue;
      findings.push({
        code,
        severity: 'warning',
        message,
        ...folded.toOriginal(match.index, match.index + match[0].length),
      });
      break;
    }
  }
  return findings;
}
